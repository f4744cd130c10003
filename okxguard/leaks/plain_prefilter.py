"""Prove from the letters alone that code in other languages than Python names no secret and shows no environment.

Every pattern begins with plain letters, for those are looked for much quicker than anything else; what stands before
them is looked at behind them. The patterns are wider than the words of `rules/leaks.toml`; a test holds them together.
"""

from __future__ import annotations

from functools import cache

from okxguard.leaks.stems import Stems

_KEYS = (
    "api access app consumer account storage service subscription auth priv private sign signing encryption decryption"
    " master hmac aes fernet ssh deploy sec"
)
_TOKENS = (
    "access refresh auth session api id bot oauth login user service personal github gh gitlab slack telegram tg"
    " discord hf huggingface vault npm pypi line notify influx influxdb sentry ws security cloudflare cf do"
    " digitalocean admin pat root registration"
)
_PASSES = (
    "db user smtp mail ftp ssh admin root redis mysql pg postgres postgresql database proxy login api okx okex auth"
    " http imap pop rpc my wifi mongo mongodb rabbit rabbitmq mq mqtt broker account exchange trade fund keystore vault"
    " ldap vpn sudo service client server bot influx kafka es elastic"
)
# Words before these in the names of variables of the environment, for what knows which variables are some.
_STAGES = "test testing demo paper live prod production dev staging ro rw readonly trade trading main sub"
_VARIABLE_KEYS = (
    "okx okex binance bybit bitget kucoin gateio kraken coinbase bitfinex mexc htx huobi deribit application"
)
_VARIABLE_TOKENS = (
    "consul http nomad deploy ci job grafana heroku ocean linode hetzner vercel netlify fly railway twine cargo codecov"
    " sonar snyk jira notion figma mapbox pagerduty datadog airtable dropbox pushover wandb replicate webhook teams"
    " mattermost tushare tiingo"
)
# Names of secrets whatever stands around them, and of the environment.
_PLAIN = (
    "secret", "passw", "passphrase", "passcode", "pwd", "pswd", "contrase", "credential", "mnemonic", "bearer", "jwt",
    "authoriz", "getpass", "keyring", "ok-access", "access-sign", "x-mbx-", "x-bapi-", "kc-api-",
    "getenvironmentvariables()", "env::vars()", "os.environ()", "getenv()", "printenv", "get_env()", "phpinfo",
    "processinfo.", "allsettings",
)  # fmt: skip
_MORE = {
    "pass": r"pass(?:[-_ ](?:phrase|code)|(?:{passes})(?![a-z]))",
    "key": r"key(?:{keys})",
    "token": r"token(?:{tokens})",
    "sk": r"sk(?<![a-z]sk)(?![a-z])",
    "pw": r"pw(?:_|(?<=_pw)|(?<![a-z0-9_]pw)(?![a-z0-9_]))",
    "cred": r"creds?(?![a-z])",
    "phrase": r"phrase(?:{phrases})",
    "conn": r"conn(?:ection)?[-_ ]?str",
    "auth": r"auth[-_ ]?(?:header|payload|msg|message)",
    "sign": r"sign(?:ed)?[-_ ]?headers",
    "session": r"session[-_ ]?cookie",
    "login": r"login[-_ ]?(?:payload|params|message|msg|request|frame)",
    "process.env": r"process\.env\b(?!\s{0,3}[.\[?])",
    "$_": r"\$_(?:env|server)\b(?!\s{0,3}\[)",
    "env": r"env(?<![\w.$-]env)(?:[ \t]*(?:$|[|>;)},])|\.(?:each|sort|to_h|to_a|map|inspect)|:(?:\*|\s|$))",
    ".env": r"\.env\.toobject|\bbun\.env\b(?!\.)|\benv\.parsed",
    "platform.environment": r"platform\.environment\b(?!\[)",
    "dotenv": r"dotenv\.(?:config|parse|env)",
    "sys.": r"sys\.(?:env|props)",
    "getproperties": r"getproperties\(\)",
    "export": r"export[ \t]+-p",
    "declare": r"declare[ \t]+-p?x?",
}


@cache
def stems() -> Stems:
    """Return what is looked for: without it code names no secret and shows nothing of the environment."""
    return Stems(_PLAIN, completed(_MORE))


def completed(patterns: dict[str, str], *, variables: bool = False) -> dict[str, str]:
    """Return patterns in which names in braces have become what is looked for before a stem.

    `variables` adds what only the names of variables of the environment have before it.
    """
    stages = _STAGES if variables else ""
    words = {
        "{keys}": _behind(f"{_KEYS} {stages} {_VARIABLE_KEYS if variables else ''}", "key"),
        "{tokens}": _behind(f"{_TOKENS} {stages} {_VARIABLE_TOKENS if variables else ''}", "token"),
        "{passes}": _behind(f"{_PASSES} {stages}", "pass"),
        "{phrases}": _behind(f"seed recovery pass {stages}", "phrase"),
    }
    done = {}
    for stem, pattern in patterns.items():
        for name, written in words.items():
            pattern = pattern.replace(name, written)
        done[stem] = pattern
    return done


def _behind(words: str, stem: str) -> str:
    """Return a pattern that looks back for one of some words before a stem that was just found."""
    return "|".join(f"(?<={word}{stem})|(?<={word}[-_ ]{stem})" for word in words.split())
