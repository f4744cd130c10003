"""Plain cases of secrets that code in other languages gives away, and what looks like them."""

from __future__ import annotations

import pytest

from okxguard.leakbook import load_leaks
from okxguard.leaks.plain import PlainReader
from okxguard.leaks.prefilter import LeakPrefilter
from okxguard.model import Leak
from okxguard.ruletable import rules_folder
from tests.entries import document_of

READER = PlainReader(load_leaks(rules_folder()))


def leaks_of(path: str, text: str) -> list[Leak]:
    """Return the leaks of a text in the order of their places."""
    return sorted(READER.read(document_of(path, text)), key=lambda leak: leak.span)


JAVASCRIPT_FIRES = [
    ("OKX301", "console.log(apiKey)"),
    ("OKX301", "console.log('key', cfg.apiSecret, 1)"),
    ("OKX301", "console.info(`secret is ${this.secretKey}`)"),
    ("OKX301", "const s = process.env.OKX_SECRET;\nconsole.log(s)"),
    ("OKX301", "console.error('p: ' + passphrase + '!')"),
    ("OKX301", "process.stdout.write(JSON.stringify({ apiSecret, ok: true }))"),
    ("OKX301", "console.log({ 'OK-ACCESS-PASSPHRASE': p })"),
    ("OKX301", "console.log('Passphrase:', p)"),
    ("OKX301", "console.log(debug ? secret : '***')"),
    ("OKX301", "console.log(Buffer.from(apiSecret).toString('base64'))"),
    ("OKX301", "console.log(process.env['OKX_PASSPHRASE'] || 'none')"),
    ("OKX301", "const f = () => { console.log(creds.secret) }"),
    ("OKX302", "logger.debug('login', { passphrase: config.passphrase })"),
    ("OKX302", "this.logger.child({ a: 1 }).info(`k ${apiKey}`)"),
    ("OKX303", "throw new Error(`bad secret ${secret}`)"),
    ("OKX303", "throw new AuthError('bad ' + apiSecret)"),
    ("OKX304", "bot.sendMessage(id, `your secret ${apiSecret}`)"),
    ("OKX304", "res.json({ apiSecret })"),
    ("OKX304", "axios.post(DISCORD_WEBHOOK, { content: passphrase })"),
    ("OKX304", "fs.appendFileSync('debug.log', `p ${passphrase}`)"),
    ("OKX305", "fetch(`https://x.test/a?secret=${apiSecret}`)"),
    ("OKX305", "execSync(`tool --secret ${apiSecret}`)"),
    ("OKX306", "console.log(process.env)"),
    ("OKX306", "console.log(`env ${JSON.stringify(process.env)}`)"),
    ("OKX306", "const headers = { 'OK-ACCESS-KEY': k, a: 1 };\nconsole.log(headers)"),
    ("OKX306", "headers['OK-ACCESS-SIGN'] = sign(x);\nconsole.log('h', headers)"),
    ("OKX306", "const cfg = { url: u, apiSecret: s.apiSecret };\nconsole.log(cfg)"),
    ("OKX306", "connect(config.apiSecret);\nconsole.log(config)"),
    ("OKX306", "f({ 'OK-ACCESS-KEY': k });\nh.headers['OK-ACCESS-KEY'] = k;\nconsole.log(err.config.headers)"),
    ("OKX307", "const e = new ccxt.okx({ apiKey: k, secret: s, verbose: true })"),
    ("OKX307", "const e = new ccxt.okx({ apiKey: k, secret: s });\ne.verbose = true"),
    ("OKX308", "const r = await client.createSubAccountAPIKey(x);\nconsole.log(r.data)"),
    ("OKX308", "const r = await client.createSubAccountAPIKey(x);\nconsole.log(`new ${r.data[0].secretKey}`)"),
    ("OKX309", "console.log(apiKey.slice(0, 20) + '***')"),
    ("OKX309", "console.log(passphrase.substring(0, 4))"),
    ("OKX309", "console.log(apiSecret.slice(4))"),
    ("OKX309", "function mask(v) { return v }\nconsole.log(mask(apiSecret))"),
]
JAVASCRIPT_SILENT = [
    "console.log(apiKey.slice(0, 4) + '***')",
    "console.log(`${apiKey.slice(0, 4)}...${apiKey.slice(-4)}`)",
    "console.log(passphrase.length, !!apiSecret, typeof secret)",
    "console.log(apiSecret ? 'set' : 'missing')",
    "console.log(secret === other, secret !== undefined)",
    "console.log('the passphrase is missing')",
    "console.log('Secret:', '***')",
    "console.log(mask(apiSecret), redactSecret(secret))",
    "function mask(v) { return v.slice(0, 2) + '***' }\nconsole.log(mask(apiSecret))",
    "console.log(crypto.createHash('sha256').update(secret).digest('hex'))",
    "console.log(secret.replace(/./g, '*'))",
    "let s = apiSecret;\ns = '***';\nconsole.log(s)",
    "const secret = mask(process.env.OKX_SECRET);\nconsole.log(secret)",
    "const API_KEY = 'OKX_API_KEY';\nconsole.log(API_KEY)",
    "console.log(secretName, apiKeyId, passphraseFile, hasSecret)",
    "console.log(token.symbol, tokenBalance, tokens.length, pageToken, nextCursor)",
    "console.log(Object.keys(credentials), Object.keys(process.env))",
    "console.log(process.env.NODE_ENV, process.env.OKX_API_URL)",
    "console.log(res.headers)",
    "const headers = ['date', 'secret'];\nconsole.log(headers)",
    "console.log(`config ${config}`)",
    "const client = make({ apiSecret });\nclient.start()",
    "res.json({ token: accessToken })",
    "spawn('node', args, { env: { ...process.env, SECRET: apiSecret } })",
    "exchange.verbose = true",
    "const e = new ccxt.okx({ verbose: true })",
    "const secret = crypto.randomBytes(32).toString('hex');\nconsole.log(secret)",
    "expect(apiSecret).toBe('x')",
    "fetch(`https://x.test/a?symbol=${symbol}`, { headers: { 'OK-ACCESS-KEY': apiKey } })",
    "axios.post(url, { secret: apiSecret })",
    "for (const key of keys) console.log(key)",
    "console.log('missing', names.filter(n => !creds[n]))",
    "// console.log(secret)",
]
OTHERS = {
    "go": (
        "a.go",
        [
            ("OKX301", 'fmt.Println("secret", cfg.Secret)'),
            ("OKX301", 'fmt.Printf("%s\\n", os.Getenv("OKX_SECRET"))'),
            ("OKX301", 's := os.Getenv("OKX_SECRET")\nfmt.Println(s)'),
            ("OKX302", 'log.Printf("key=%s", apiKey)'),
            ("OKX302", 'logger.Info("login", zap.String("p", c.Passphrase))'),
            ("OKX302", 'log.WithField("p", passphrase).Info("x")'),
            ("OKX303", 'return fmt.Errorf("bad secret %q", secretKey)'),
            ("OKX303", 'panic("bad " + apiSecret)'),
            ("OKX305", 'exec.Command("mysql", "-p"+password)'),
            ("OKX306", "fmt.Println(os.Environ())"),
            ("OKX306", 'use(cfg.SecretKey)\nfmt.Printf("%+v", cfg)'),
            ("OKX306", 'req.Header.Set("OK-ACCESS-KEY", k)\nfmt.Println(req.Header)'),
            ("OKX309", 'fmt.Println(apiKey[:20] + "...")'),
        ],
        [
            'fmt.Println(apiKey[:4] + "..." + apiKey[len(apiKey)-4:])',
            'fmt.Printf("%d %t %T", len(secret), secret != "", secret)',
            'fmt.Printf("%.4s", apiKey)',
            'log.Printf("missing %s", secretName)',
            'return fmt.Errorf("%w: %w", errDecodingPrivateKey, err)',
            "fmt.Println(maskKey(apiKey))",
            'fmt.Println("OKX_SECRET is not set")',
            "fmt.Println(resp.Header)",
            't.Errorf("got %s", secret)',
            'import "k8s.io/api"\nklog.Infof("secret %v", ing.Secret)',
            'fmt.Println(os.Getenv("OKX_SECRET") != "")',
        ],
    ),
    "java": (
        "A.java",
        [
            ("OKX301", 'System.out.println("secret " + secretKey);'),
            ("OKX301", 'System.out.printf("%s", config.getApiSecret());'),
            ("OKX301", 'System.err.println(System.getenv("OKX_PASSPHRASE"));'),
            ("OKX302", 'log.info("key {}", apiKey);'),
            ("OKX302", 'LOGGER.debug(String.format("p %s", passphrase));'),
            ("OKX302", 'logger.atInfo().log("x" + secret);'),
            ("OKX303", 'throw new IllegalStateException("bad " + apiSecret);'),
            ("OKX305", 'Runtime.getRuntime().exec("x -p " + password);'),
            ("OKX306", "System.out.println(System.getenv());"),
            ("OKX309", "System.out.println(secretKey.substring(0, 16));"),
        ],
        [
            "System.out.println(secretKey.length());",
            'System.out.println(apiKey.substring(0, 4) + "****");',
            'log.info("passphrase set: {}", passphrase != null);',
            'log.info("secret {}", secretKey == null ? "missing" : "set");',
            "log.info(secretName);",
            'log.info("token {}", token);',
            "System.out.println(DigestUtils.sha256Hex(secretKey));",
            'System.out.println("Enter your API secret:");',
            'log.info("x", mask(apiSecret));',
            'Map<String, String> m = new HashMap<>(); m.put("secret", apiSecret);',
        ],
    ),
    "kotlin": (
        "a.kt",
        [
            ("OKX301", 'println("secret $apiSecret")'),
            ("OKX301", 'println("p ${config.passphrase}")'),
            ("OKX302", 'logger.info { "x" }\nlog.info("k $apiKey")'),
            ("OKX302", 'Log.d(TAG, "p " + passphrase)'),
            ("OKX303", 'throw IllegalStateException("bad $secretKey")'),
            ("OKX303", 'error("bad $secretKey")'),
            ("OKX306", "println(System.getenv())"),
            ("OKX309", 'println(apiSecret.take(16) + "...")'),
        ],
        [
            'println("secret ${apiSecret.length}")',
            'println("secret ${if (apiSecret == null) "missing" else "set"}")',
            "println(apiKey.take(4))",
            'println("the secret")',
            "println(secret?.let { 1 })",
            'log.info("token $tokenSymbol")',
            "println(mask(secret))",
            "println(secretKey.isNotEmpty())",
        ],
    ),
    "csharp": (
        "a.cs",
        [
            ("OKX301", 'Console.WriteLine($"secret {apiSecret}");'),
            ("OKX301", 'Console.WriteLine("p: {0}", options.Passphrase);'),
            ("OKX301", 'Console.Write(Environment.GetEnvironmentVariable("OKX_SECRET"));'),
            ("OKX302", '_logger.LogInformation("key {Key}", apiKey);'),
            ("OKX302", "Log.Debug(secretKey);"),
            ("OKX303", 'throw new InvalidOperationException($"bad {apiSecret}");'),
            ("OKX305", 'Process.Start("x", "-p " + password);'),
            ("OKX309", "Console.WriteLine(apiSecret.Substring(0, 16));"),
            ("OKX309", "Console.WriteLine(apiSecret[..16]);"),
        ],
        [
            "Console.WriteLine(apiSecret.Length);",
            "Console.WriteLine(apiSecret.Substring(0, 4));",
            'Console.WriteLine("{apiSecret}");',
            'Console.WriteLine(string.IsNullOrEmpty(apiSecret) ? "missing" : "set");',
            "Console.WriteLine(nameof(apiSecret));",
            "throw new ArgumentNullException(nameof(apiSecret));",
            "Console.WriteLine(apiKey[..4]);",
            'Console.WriteLine($"{tokenAmount} {secretName}");',
        ],
    ),
    "rust": (
        "a.rs",
        [
            ("OKX301", 'println!("{}", api_secret);'),
            ("OKX301", 'println!("{api_secret}");'),
            ("OKX301", 'println!("{:?}", cfg.passphrase);'),
            ("OKX301", "dbg!(&secret_key);"),
            ("OKX301", 'println!("{}", std::env::var("OKX_SECRET").unwrap());'),
            ("OKX302", 'tracing::info!("key {}", self.api_key);'),
            ("OKX302", 'warn!("p {passphrase}");'),
            ("OKX303", 'panic!("bad {}", api_secret);'),
            ("OKX303", 'bail!("bad {api_secret}");'),
            ("OKX309", 'println!("{}", &api_secret[..16]);'),
        ],
        [
            'println!("{}", api_secret.len());',
            'println!("{}", &api_key[..4]);',
            'println!("{{api_secret}}");',
            'println!("{}", api_secret.is_empty());',
            'println!("{}", if secret.is_some() { "set" } else { "missing" });',
            'println!("{token_symbol} {secret_name}");',
            'println!("{}", mask(&api_secret));',
            'let s = format!("{}", api_secret);',
        ],
    ),
    "php": (
        "a.php",
        [
            ("OKX301", '<?php echo "secret $apiSecret";'),
            ("OKX301", "<?php echo 'p: ' . $this->passphrase . PHP_EOL;"),
            ("OKX301", '<?php print_r($config["api_secret"]);'),
            ("OKX301", "<?php var_dump(getenv('OKX_SECRET'));"),
            ("OKX301", "<p><?= $apiSecret ?></p>"),
            ("OKX302", '<?php error_log("k {$this->apiKey}");'),
            ("OKX302", "<?php Log::info('p', ['passphrase' => $passphrase]);"),
            ("OKX303", '<?php throw new Exception("bad " . $secretKey);'),
            ("OKX303", '<?php die("bad $apiSecret");'),
            ("OKX306", "<?php var_dump($_ENV);"),
            ("OKX309", "<?php echo substr($apiSecret, 0, 16);"),
        ],
        [
            "<?php echo strlen($apiSecret);",
            "<?php echo substr($apiKey, 0, 4) . '***';",
            "<?php echo '$apiSecret';",
            "<?php echo empty($apiSecret) ? 'missing' : 'set';",
            "<?php echo md5($apiSecret);",
            "<?php echo $secretName, $tokenSymbol;",
            "<?php return $this->passphrase;",
            "<?php echo mask($apiSecret);",
        ],
    ),
    "ruby": (
        "a.rb",
        [
            ("OKX301", 'puts "secret #{api_secret}"'),
            ("OKX301", "puts api_secret"),
            ("OKX301", "p config[:passphrase]"),
            ("OKX301", 'puts ENV["OKX_SECRET"]'),
            ("OKX301", 'puts ENV.fetch("OKX_SECRET", nil) if debug'),
            ("OKX302", 'Rails.logger.info "key #{@api_key}"'),
            ("OKX302", "logger.debug(passphrase)"),
            ("OKX303", 'raise "bad #{secret_key}"'),
            ("OKX303", 'raise ArgumentError, "bad #{secret_key}" unless ok'),
            ("OKX306", "p ENV"),
            ("OKX309", "puts api_secret[0..20]"),
        ],
        [
            "puts api_secret.length",
            'puts "secret" if api_secret',
            "puts api_key[0, 4]",
            "puts api_secret.nil? ? 'missing' : 'set'",
            "puts '#{api_secret}'",
            "puts secret_name, token_symbol",
            "puts Digest::SHA256.hexdigest(api_secret)",
            "raise ArgumentError, 'passphrase is missing' unless passphrase",
        ],
    ),
    "swift": (
        "a.swift",
        [
            ("OKX301", 'print("secret \\(apiSecret)")'),
            ("OKX301", "print(config.passphrase)"),
            ("OKX301", 'NSLog("%@", secretKey)'),
            ("OKX302", 'logger.info("k \\(apiKey)")'),
            ("OKX303", 'fatalError("bad \\(apiSecret)")'),
            ("OKX306", "print(ProcessInfo.processInfo.environment)"),
            ("OKX301", 'print(ProcessInfo.processInfo.environment["OKX_SECRET"])'),
            ("OKX309", "print(apiSecret.prefix(16))"),
        ],
        [
            "print(apiSecret.count)",
            "print(apiKey.prefix(4))",
            'print("the secret")',
            'print(apiSecret.isEmpty ? "missing" : "set")',
            "print(secretName)",
            'print("token \\(tokenSymbol)")',
            "print(apiSecret != nil)",
            "print(mask(apiSecret))",
        ],
    ),
    "dart": (
        "a.dart",
        [
            ("OKX301", "print('secret $apiSecret');"),
            ("OKX301", "print('p ${config.passphrase}');"),
            ("OKX301", "debugPrint(secretKey);"),
            ("OKX302", "logger.i('k $apiKey');"),
            ("OKX303", "throw Exception('bad $apiSecret');"),
            ("OKX306", "print(Platform.environment);"),
            ("OKX301", "print(Platform.environment['OKX_SECRET']);"),
            ("OKX309", "print(apiSecret.substring(0, 16));"),
        ],
        [
            "print(apiSecret.length);",
            "print(apiKey.substring(0, 4));",
            "print(r'$apiSecret');",
            "print(apiSecret == null ? 'missing' : 'set');",
            "print('token $tokenSymbol');",
            "print(secretName);",
            "print(apiSecret.isEmpty);",
            "print(mask(apiSecret));",
        ],
    ),
    "shell": (
        "a.sh",
        [
            ("OKX301", 'echo "secret $OKX_SECRET"'),
            ("OKX301", "echo 'secret: '$OKX_SECRET"),
            ("OKX301", 'printf "%s\\n" "${OKX_PASSPHRASE}"'),
            ("OKX301", 'echo "p ${OKX_PASSPHRASE:-none}" >&2'),
            ("OKX301", 'echo "$OKX_SECRET" | tee out'),
            ("OKX301", "printenv OKX_SECRET"),
            ("OKX302", 'logger "secret $OKX_SECRET"'),
            ("OKX305", 'curl "https://x.test/a?secret=$OKX_SECRET"'),
            ("OKX304", 'curl -d "text=$OKX_SECRET" https://hooks.slack.com/services/x'),
            ("OKX306", 'use "$OKX_SECRET"\nenv'),
            ("OKX306", "env | grep OKX_\nuse $OKX_SECRET"),
            ("OKX307", 'set -x\ncurl -H "OK-ACCESS-PASSPHRASE: $OKX_PASSPHRASE" https://x.test'),
            ("OKX307", '#!/bin/bash -ex\ntool "$OKX_SECRET"'),
            ("OKX307", 'curl -v -H "OK-ACCESS-KEY: $OKX_API_KEY" https://x.test'),
            ("OKX309", 'echo "${OKX_SECRET:0:20}"'),
        ],
        [
            "echo '$OKX_SECRET'",
            'echo "\\$OKX_SECRET"',
            'echo "${#OKX_SECRET} ${OKX_SECRET:+set}"',
            'echo "${OKX_API_KEY:0:4}***"',
            'echo "$OKX_SECRET" | docker login --password-stdin',
            'echo "$OKX_SECRET" |\n  docker login --password-stdin',
            'echo "OKX_SECRET=$OKX_SECRET" > .env',
            'echo "S=$OKX_SECRET" >> "$GITHUB_ENV"',
            'X=$(echo "$OKX_SECRET" | sha256sum)',
            'echo "sha $(echo -n "$OKX_SECRET" | sha256sum)"',
            'echo "::add-mask::$OKX_SECRET"',
            '{\n  echo "secret=$OKX_SECRET"\n} > file',
            'set -x\nset +x\ncurl -H "K: $OKX_SECRET" https://x.test',
            'curl -s -H "K: $OKX_SECRET" https://x.test',
            "echo $PWD $OKX_SECRET_FILE",
            'curl "https://api.telegram.org/bot$TELEGRAM_TOKEN/sendMessage" -d "text=hello"',
            "env FOO=1 run",
            "set -e\nset -u",
        ],
    ),
    "powershell": (
        "a.ps1",
        [
            ("OKX301", 'Write-Host "secret $OkxSecret"'),
            ("OKX301", 'Write-Output "$env:OKX_SECRET"'),
            ("OKX301", 'Write-Host "p $($config.Passphrase)"'),
            ("OKX301", "Write-Host $ApiSecret"),
            ("OKX301", 'Write-Verbose "k ${env:OKX_API_KEY}"'),
            ("OKX303", 'throw "bad $ApiSecret"'),
            ("OKX306", "Use $env:OKX_SECRET\nGet-ChildItem env:"),
            ("OKX309", "Write-Host $ApiSecret.Substring(0,16)"),
        ],
        [
            "Write-Host '$ApiSecret'",
            "Write-Host $ApiSecret.Length",
            "Write-Host $ApiKey.Substring(0,4)",
            'Write-Host "$SecretName"',
            'Write-Host "`$ApiSecret"',
            'Write-Host "the secret"',
            "$x = $ApiSecret",
            "Invoke-Thing -Secret $ApiSecret",
        ],
    ),
    "workflow": (
        ".github/workflows/ci.yml",
        [
            ("OKX301", "jobs:\n  a:\n    steps:\n      - run: echo ${{ secrets.OKX_SECRET }}\n"),
            ("OKX301", 'jobs:\n  a:\n    steps:\n      - run: |\n          echo "s ${{ secrets.OKX_SECRET }}"\n'),
            (
                "OKX301",
                "jobs:\n  a:\n    steps:\n      - run: |\n          echo $VALUE\n        env:\n"
                "          VALUE: ${{ secrets.OKX_SECRET }}\n",
            ),
            ("OKX301", "test:\n  script:\n    - make\n    - echo $OKX_SECRET\n"),
            ("OKX301", "steps:\n- script: 'echo $OKX_SECRET'\n"),
            ("OKX306", "steps:\n  - run: printenv\n    env:\n      A: ${{ secrets.OKX_SECRET }}\n"),
            ("OKX307", "steps:\n  - run: |\n      set -x\n      tool ${{ secrets.OKX_SECRET }}\n"),
            ("OKX304", 'steps:\n  - run: echo "${{ secrets.OKX_SECRET }}" >> $GITHUB_STEP_SUMMARY\n'),
        ],
        [
            "steps:\n  - run: echo ${{ github.ref }}\n",
            "steps:\n  - run: tool --secret ${{ secrets.OKX_SECRET }}\n",
            'steps:\n  - run: echo "${{ secrets.OKX_SECRET }}" | base64 -d > key\n',
            'steps:\n  - run: echo "::add-mask::${{ secrets.OKX_SECRET }}"\n',
            'steps:\n  - run: echo "S=${{ secrets.OKX_SECRET }}" >> $GITHUB_ENV\n',
            "steps:\n  - run: echo ${{ secrets.OKX_SECRET != '' }}\n",
            "steps:\n  - name: echo secret\n    with:\n      secret: ${{ secrets.OKX_SECRET }}\n",
            "steps:\n  - run: env | sort > /tmp/x\n    env:\n      A: ${{ secrets.OKX_SECRET }}\n",
        ],
    ),
    "dockerfile": (
        "Dockerfile",
        [("OKX301", "FROM a\nRUN echo $OKX_SECRET\n")],
        ["FROM a\nRUN echo $X && use $OKX_SECRET\n"],
    ),
    "makefile": (
        "Makefile",
        [("OKX301", "run:\n\t@echo $(OKX_SECRET)\n"), ("OKX301", 'run:\n\techo "$$OKX_SECRET"\n')],
        ["run:\n\t@OKX_SECRET=$(OKX_SECRET) ./run\n", "OKX_SECRET = echo $(X)\n"],
    ),
    "lua": ("a.lua", [("OKX301", "print(api_secret)")], ["print(#api_secret)"]),
    "elixir": ("a.ex", [("OKX301", 'IO.puts("s #{api_secret}")')], ["IO.puts(String.length(api_secret))"]),
}


@pytest.mark.parametrize(("rule", "text"), JAVASCRIPT_FIRES)
def test_javascript_fires(rule: str, text: str) -> None:
    assert {leak.rule for leak in leaks_of("a.ts", text)} == {rule}


@pytest.mark.parametrize("text", JAVASCRIPT_SILENT)
def test_javascript_is_silent(text: str) -> None:
    assert leaks_of("a.ts", text) == []


FIRES = [(path, rule, text) for path, fires, _ in OTHERS.values() for rule, text in fires]
SILENT = [(path, text) for path, _, silent in OTHERS.values() for text in silent]


@pytest.mark.parametrize(("path", "rule", "text"), FIRES)
def test_others_fire(path: str, rule: str, text: str) -> None:
    assert {leak.rule for leak in leaks_of(path, text)} == {rule}


@pytest.mark.parametrize(("path", "text"), SILENT)
def test_others_are_silent(path: str, text: str) -> None:
    assert leaks_of(path, text) == []


def test_one_sink_is_one_leak() -> None:
    leaks = leaks_of("a.js", "console.log(apiKey, secret, passphrase)")
    assert [leak.identity for leak in leaks] == [("console.log", "apiKey", "secret", "passphrase")]


def test_leak_never_shows_a_literal() -> None:
    leaks = leaks_of("a.js", "const secret = 'q8Zr5TkPw2Lm9Xc3Vb7N';\nconsole.log(secret)")
    assert leaks
    assert "q8Zr5TkPw2Lm9Xc3Vb7N" not in repr(leaks)


@pytest.mark.parametrize(("text", "own"), [("console.log(okxSecret)", True), ("console.log(apiSecret)", False)])
def test_own_secrets_are_told_apart(text: str, own: bool) -> None:
    assert [leak.own for leak in leaks_of("a.js", text)] == [own]


@pytest.mark.parametrize("text", ["f(" * 20_000, "a" * 200_000, "x = " + "a + " * 20_000, "`${" * 5000, "{" * 50_000])
def test_odd_input_ends(text: str) -> None:
    for path in ("a.ts", "a.go", "a.rb", "a.php", "a.sh", "a.yml"):
        leaks_of(path, text)


GO_TYPE = 'package a\ntype Config struct {\n\tHost string\n\tAPIKey string `json:"k"`\n\tSecretKey, Pass string\n}\n'
# What is given away by way of types, loops, blocks, pipes and steps: a path, a rule, a text.
MORE_FIRES = [
    ("a.sh", "OKX306", ". ./.env\nshow() {\n  echo hi\n  env | sort\n}\nshow\n"),
    ("a.sh", "OKX306", "source /etc/app/.env\nprintenv\n"),
    ("a.sh", "OKX306", "export OKX_SECRET\nshow() { env; }\n"),
    (".github/workflows/a.yml", "OKX301", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64\n"),
    (".github/workflows/a.yml", "OKX301", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64 | base64\n"),
    (".github/workflows/a.yml", "OKX301", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | sed 's/./& /g'\n"),
    (".github/workflows/a.yml", "OKX301", 'steps:\n  - run: echo "${{ secrets.OKX_SECRET }}" | rev\n'),
    (".github/workflows/a.yml", "OKX301", 'steps:\n  - run: echo "${{ secrets.OKX_SECRET }}" | xxd\n'),
    (
        "a.go",
        "OKX306",
        GO_TYPE
        + ('func main() {\n\tcfg := load()\n\tfmt.Printf("%+v\\n", cfg)\n}\nfunc load() Config { return Config{} }\n'),
    ),
    (
        "a.go",
        "OKX306",
        GO_TYPE
        + (
            "func load(p string) (*Config, error) { return nil, nil }\n"
            "func main() {\n"
            '\tcfg, err := load("x")\n'
            '\tlog.Printf("%+v %v", cfg, err)\n'
            "}\n"
        ),
    ),
    ("a.go", "OKX306", GO_TYPE + "func f(c Config) {\n\tfmt.Println(c)\n}\n"),
    ("a.go", "OKX306", GO_TYPE + 'func f(c *Config) {\n\tlog.Printf("%#v", c)\n}\n'),
    (
        "a.go",
        "OKX306",
        GO_TYPE
        + ('func f() {\n\tvar settings Config\n\tviper.Unmarshal(&settings)\n\tfmt.Println("s", settings)\n}\n'),
    ),
    ("a.go", "OKX306", GO_TYPE + 'func (c *Config) Dump() {\n\tlog.Printf("%+v", *c)\n}\n'),
    (
        "a.go",
        "OKX306",
        GO_TYPE + ('type Bot struct {\n\tcfg Config\n}\nfunc (b *Bot) Run() {\n\tlog.Printf("%+v", b.cfg)\n}\n'),
    ),
    (
        "a.rs",
        "OKX306",
        (
            "#[derive(Debug, Clone)]\n"
            "struct Config {\n"
            "    host: String,\n"
            "    api_secret: String,\n"
            "}\n"
            "fn main() {\n"
            "    let cfg = Config::load();\n"
            '    println!("{:?}", cfg);\n'
            "}\n"
        ),
    ),
    (
        "a.rs",
        "OKX306",
        (
            "#[derive(Clone, Debug)]\n"
            "pub struct Config {\n"
            "    pub host: String,\n"
            "    pub api_secret: Option<String>,\n"
            "}\n"
            "fn run(cfg: &Config) {\n"
            '    info!("started {:#?}", cfg);\n'
            "}\n"
        ),
    ),
    (
        "a.rs",
        "OKX306",
        (
            "#[derive(Debug)]\n"
            "struct Creds { key: String, passphrase: String }\n"
            "fn run(c: Creds) {\n"
            "    dbg!(&c);\n"
            '    println!("{c:?}");\n'
            "}\n"
        ),
    ),
    (
        "A.java",
        "OKX306",
        (
            "record Creds(String key, String secret) {}\n"
            "class A {\n"
            "  void f(Creds c) {\n"
            "    System.out.println(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    (
        "A.java",
        "OKX306",
        (
            "record Creds(String key, String secret) {}\n"
            "class A {\n"
            "  void f() {\n"
            "    var creds = load();\n"
            '    log.info("loaded {}", creds);\n'
            "  }\n"
            "  Creds load() { return null; }\n"
            "}\n"
        ),
    ),
    (
        "A.java",
        "OKX306",
        (
            "@Data\n"
            "public class Creds {\n"
            "  private String key;\n"
            "  private String secretKey;\n"
            "}\n"
            "class A {\n"
            "  void f(Creds c) {\n"
            '    log.info("creds " + c);\n'
            "  }\n"
            "}\n"
        ),
    ),
    (
        "a.kt",
        "OKX306",
        ("data class Creds(val key: String, val passphrase: String)\nfun f(c: Creds) {\n  println(c)\n}\n"),
    ),
    (
        "a.kt",
        "OKX306",
        (
            "data class Creds(val key: String, val passphrase: String)\n"
            "fun f() {\n"
            "  val c = Creds(a, b)\n"
            '  println("loaded $c")\n'
            "}\n"
        ),
    ),
    (
        "a.scala",
        "OKX306",
        ("case class Creds(key: String, secret: String)\nobject A {\n  def f(c: Creds) = println(c)\n}\n"),
    ),
    (
        "a.cs",
        "OKX306",
        (
            "public record Creds(string Key, string Secret);\n"
            "class A {\n"
            "  void F(Creds c) {\n"
            "    Console.WriteLine(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    (
        "a.cs",
        "OKX306",
        (
            "public record Creds(string Key, string Secret);\n"
            "class A {\n"
            "  void F() {\n"
            "    var c = new Creds(a, b);\n"
            '    Console.WriteLine($"creds {c}");\n'
            "  }\n"
            "}\n"
        ),
    ),
    ("a.js", "OKX306", "sign(config.apiSecret)\nconsole.log(JSON.stringify(config))"),
    ("a.js", "OKX306", "const opts = { host: h, 'secretKey': read() }\nconsole.log(opts)"),
    (
        "a.swift",
        "OKX306",
        ("struct Creds {\n  let key: String\n  let passphrase: String\n}\nfunc f(c: Creds) {\n  print(c)\n}\n"),
    ),
    ("a.php", "OKX301", "<?php echo $config['password'];\n"),
    ("a.js", "OKX301", "console.log(env.secret, params.password)"),
    ("a.kt", "OKX303", 'fun f() {\n  require(ok) { "bad $secretKey" }\n}'),
    ("a.kt", "OKX303", 'fun f() {\n  check(secret.length == 32) { "bad secret $secret" }\n}'),
    ("a.kt", "OKX303", 'fun f() {\n  requireNotNull(x) { "bad $secretKey" }\n}'),
    ("a.scala", "OKX303", 'def f() = {\n  require(ok, s"bad $secretKey")\n}'),
    ("a.rb", "OKX301", 'warn "bad #{secret}"'),
    ("a.rb", "OKX301", 'warn("bad #{secret}")'),
    ("a.js", "OKX306", "for (const [k, v] of Object.entries(process.env)) console.log(k, v)"),
    ("a.js", "OKX306", "for (const [k, v] of Object.entries(process.env)) {\n  console.log(`${k}=${v}`)\n}"),
    ("a.js", "OKX306", "Object.entries(process.env).forEach(([k, v]) => console.log(k, v))"),
    ("a.js", "OKX306", "for (const k in process.env) { console.log(k, process.env[k]) }"),
    ("a.js", "OKX306", "Object.keys(process.env).forEach(k => console.log(k + '=' + process.env[k]))"),
    ("a.go", "OKX306", "func f() {\n\tfor _, e := range os.Environ() {\n\t\tfmt.Println(e)\n\t}\n}"),
    ("a.php", "OKX306", '<?php foreach ($_ENV as $k => $v) { echo "$k=$v\\n"; }'),
    ("a.php", "OKX306", "<?php foreach ($_ENV as $k => $v)\n  echo $k . $v;"),
    ("a.rb", "OKX306", 'ENV.each { |k, v| puts "#{k}=#{v}" }'),
    ("a.rb", "OKX306", 'ENV.each do |k, v|\n  puts "#{k}=#{v}"\nend'),
    ("a.rb", "OKX306", "ENV.sort.each do |name, value|\n  puts name + value\nend"),
    ("a.rs", "OKX306", ('fn main() {\n    for (k, v) in std::env::vars() {\n        println!("{k}={v}");\n    }\n}')),
    ("A.java", "OKX306", ("class A { void f() { System.getenv().forEach((k, v) -> System.out.println(k + v)); } }")),
    (
        "A.java",
        "OKX306",
        (
            "class A { void f() { for (Map.Entry<String, String> e : System.getenv().entrySet()) { Syst"
            "em.out.println(e.getKey() + e.getValue()); } } }"
        ),
    ),
    ("a.kt", "OKX306", 'fun f() { System.getenv().forEach { (k, v) -> println("$k=$v") } }'),
    (
        "a.cs",
        "OKX306",
        (
            "foreach (DictionaryEntry e in Environment.GetEnvironmentVariables()) { Console.WriteLine(e"
            '.Key + "=" + e.Value); }'
        ),
    ),
    ("a.js", "OKX301", "const { OKX_SECRET: s } = process.env\nconsole.log(s)"),
    ("a.js", "OKX301", "const { OKX_SECRET: s, HOME } = process.env\nconsole.log(`s ${s}`)"),
    ("a.js", "OKX301", "const { apiSecret: value, host } = config;\nconsole.log(value)"),
    ("Jenkinsfile", "OKX301", "pipeline { stages { stage('a') { steps {\n  sh \"echo ${SECRET}\"\n} } } }"),
    (
        "Jenkinsfile",
        "OKX301",
        (
            "node {\n"
            "  withCredentials([string(credentialsId: 'x', variable: 'OKX_SECRET')]) {\n"
            "    sh 'echo $OKX_SECRET'\n"
            "  }\n"
            "}"
        ),
    ),
    ("Jenkinsfile", "OKX301", "node {\n  sh '''\n    echo $OKX_SECRET\n  '''\n}"),
    (".gitlab-ci.yml", "OKX301", "a:\n  script:\n    - echo $OKX_SECRET\n"),
    (
        ".github/workflows/a.yml",
        "OKX301",
        (
            "jobs:\n"
            "  a:\n"
            "    steps:\n"
            "      - uses: actions/github-script@v7\n"
            "        env:\n"
            "          OKX_SECRET: ${{ secrets.OKX_SECRET }}\n"
            "        with:\n"
            "          script: |\n"
            "            console.log(process.env.OKX_SECRET)\n"
        ),
    ),
    (
        ".github/workflows/a.yml",
        "OKX301",
        (
            "jobs:\n"
            "  a:\n"
            "    steps:\n"
            "      - uses: actions/github-script@v7\n"
            "        with:\n"
            "          script: console.log('${{ secrets.OKX_SECRET }}')\n"
        ),
    ),
    (
        "a.go",
        "OKX306",
        (
            "package a\n"
            "type Client struct {\n"
            "\tsecret string\n"
            "}\n"
            "func (b *Bot) open(s string) *Client { return nil }\n"
            "func (b *Bot) f() {\n"
            '\tlog.Println(b.open("x"))\n'
            "}\n"
        ),
    ),
    ("a.rs", "OKX303", ('fn f(secret: &str) {\n    assert!(secret.len() == 32, "bad secret {}", secret);\n}\n')),
    ("a.cpp", "OKX301", 'int main() {\n  std::cout << "secret: " << secret << std::endl;\n}'),
    ("a.cpp", "OKX301", 'int main() {\n  std::cerr << "a"\n            << config.passphrase << "\\n";\n}'),
    ("a.cpp", "OKX302", 'int main() {\n  LOG(INFO) << "secret " << api_secret;\n}'),
    ("a.go", "OKX306", GO_TYPE + ("func f(c Config) {\n\tout, _ := json.Marshal(c)\n\tfmt.Println(string(out))\n}\n")),
    (
        "a.rs",
        "OKX306",
        (
            "struct Config {\n"
            "    secret: String,\n"
            "}\n"
            "impl fmt::Debug for Config {\n"
            "    fn fmt(&self) {\n"
            '        f.field("secret", &self.secret).finish()\n'
            "    }\n"
            "}\n"
            "fn f(c: Config) {\n"
            '    println!("{:?}", c);\n'
            "}\n"
        ),
    ),
    (
        "a.go",
        "OKX306",
        GO_TYPE
        + (
            "func (c Config) String() string {\n"
            "\treturn c.Host + c.SecretKey\n"
            "}\n"
            "func f(c Config) {\n"
            "\tfmt.Println(c)\n"
            "}\n"
        ),
    ),
    (
        "A.java",
        "OKX306",
        (
            "class Creds {\n"
            "  private String secret;\n"
            "  public String toString() {\n"
            '    return "Creds{secret=" + secret + "}";\n'
            "  }\n"
            "  static void f(Creds c) {\n"
            "    System.out.println(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    ("a.scala", "OKX306", 'object A {\n  sys.env.foreach { case (k, v) => println(s"$k=$v") }\n}'),
    ("a.js", "OKX306", "save(form.apiSecret)\nconsole.log('saving', form)"),
    (
        "a.go",
        "OKX306",
        GO_TYPE
        + (
            "func readConfig(p string) (*Config, error) { return nil, nil }\n"
            "func main() {\n"
            '\tc, err := readConfig("a.json")\n'
            '\tlog.Printf("%+v %v", c, err)\n'
            "}\n"
        ),
    ),
]
MORE_SILENT = [
    ("a.sh", ". ./lib.sh\nshow() {\n  env | sort\n}\n"),
    ("a.sh", ". ./.env\nshow() {\n  env | sort\n} > file\nshow\n"),
    ("a.sh", ". ./.env\nshow() {\n  env | wc -l\n}\n"),
    (".github/workflows/a.yml", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64 -d > key\n"),
    (
        ".github/workflows/a.yml",
        ("steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64 --decode | tee key >/dev/null\n"),
    ),
    (".github/workflows/a.yml", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64 | docker login -p\n"),
    (".github/workflows/a.yml", "steps:\n  - run: X=$(echo ${{ secrets.OKX_SECRET }} | base64)\n"),
    (".github/workflows/a.yml", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | base64 > key\n"),
    (".github/workflows/a.yml", "steps:\n  - run: echo ${{ secrets.OKX_SECRET }} | sed 's/./*/g'\n"),
    (
        "a.go",
        GO_TYPE + ("func (c Config) String() string { return c.Host }\nfunc f(c Config) {\n\tfmt.Println(c)\n}\n"),
    ),
    ("a.go", GO_TYPE + ('func f(c Config) {\n\tfmt.Println(c.Host)\n\tfmt.Printf("%T %p", c, &c)\n}\n')),
    ("a.go", GO_TYPE + ("type Order struct {\n\tID string\n}\nfunc f(o Order, c Config) {\n\tfmt.Println(o)\n}\n")),
    ("a.go", GO_TYPE + ('func f(c Config) {\n\tlog.Printf("%s", c.Name())\n\tlog.Println(len(c.List))\n}\n')),
    (
        "a.go",
        (
            "package a\n"
            "type Config struct {\n"
            "\tHost string\n"
            "\tUseSecret bool\n"
            '\tSecret secret.Value `json:"-"`\n'
            "}\n"
            "func f(c Config) {\n"
            "\tfmt.Println(c)\n"
            "}\n"
        ),
    ),
    (
        "a.go",
        (
            "package a\n"
            "type Config struct {\n"
            "\tSecrets []SecretRef\n"
            "\tSecretName string\n"
            "}\n"
            "func f(c Config) {\n"
            "\tfmt.Println(c)\n"
            "}\n"
        ),
    ),
    (
        "a.rs",
        (
            "#[derive(Clone)]\n"
            "struct Config {\n"
            "    api_secret: String,\n"
            "}\n"
            "impl fmt::Debug for Config {\n"
            "}\n"
            "fn run(cfg: &Config) {\n"
            '    info!("{:?}", cfg);\n'
            "}\n"
        ),
    ),
    (
        "a.rs",
        (
            "#[derive(Debug)]\n"
            "struct Config {\n"
            "    api_secret: SecretString,\n"
            "}\n"
            "fn run(cfg: &Config) {\n"
            '    info!("{:?}", cfg);\n'
            "}\n"
        ),
    ),
    (
        "a.rs",
        (
            "#[derive(Debug)]\n"
            "struct Config {\n"
            "    api_secret: String,\n"
            "}\n"
            "impl std::fmt::Display for Config {}\n"
            "fn run(cfg: &Config) {\n"
            '    info!("{}", cfg);\n'
            "}\n"
        ),
    ),
    (
        "A.java",
        (
            "record Creds(String key, String secret) {\n"
            "  @Override public String toString() { return key; }\n"
            "}\n"
            "class A {\n"
            "  void f(Creds c) {\n"
            "    System.out.println(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    (
        "A.java",
        (
            "public class Creds {\n"
            "  private String key;\n"
            "  private String secretKey;\n"
            "}\n"
            "class A {\n"
            "  void f(Creds c) {\n"
            '    log.info("creds " + c);\n'
            "  }\n"
            "}\n"
        ),
    ),
    (
        "A.java",
        (
            "@Data\n"
            "public class Creds {\n"
            "  private String key;\n"
            "  @ToString.Exclude private String secretKey;\n"
            "}\n"
            "class A {\n"
            "  void f(Creds c) {\n"
            '    log.info("creds " + c);\n'
            "  }\n"
            "}\n"
        ),
    ),
    ("a.kt", ("class Creds(val key: String, val passphrase: String)\nfun f(c: Creds) {\n  println(c)\n}\n")),
    (
        "a.kt",
        (
            "data class Creds(val key: String, val passphrase: String) {\n"
            '  override fun toString() = "x"\n'
            "}\n"
            "fun f(c: Creds) {\n"
            "  println(c)\n"
            "}\n"
        ),
    ),
    (
        "a.cs",
        (
            "public class Creds { public string Key; public string Secret; }\n"
            "class A {\n"
            "  void F(Creds c) {\n"
            "    Console.WriteLine(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    (
        "a.cs",
        (
            "public record Creds(string Key, string Secret) {\n"
            "  public override string ToString() => Key;\n"
            "}\n"
            "class A {\n"
            "  void F(Creds c) {\n"
            "    Console.WriteLine(c);\n"
            "  }\n"
            "}\n"
        ),
    ),
    (
        "a.php",
        ("<?php $labels = ['password' => 'Password', 'secret' => 'Secret key'];\necho $labels['password'], 1;\n"),
    ),
    ("a.php", "<?php echo $lang['password'];\n"),
    ("a.php", "<?php echo $messages['secret'] . $errors['password'] . $translations['secret'];\n"),
    ("a.php", "<?php echo __('password'), trans('passwords.sent'), t('password');\n"),
    ("a.js", "console.log(messages.secret, errors.password, t('password'), i18n.t('secret'))"),
    ("a.js", ("const L = { password: 'Password', secret: 'The secret key' }\nconsole.log(L.password)")),
    ("a.js", "console.log(translations[locale].password, labels['secret'])"),
    ("a.js", "console.log(formErrors.password, validation.secret, strings.apiSecret)"),
    ("a.rb", "puts errors[:password], t('password'), I18n.t(:secret), labels['secret']"),
    ("a.rb", "HINTS = { password: 'type it', secret: 'the secret' }\nputs HINTS[:password]"),
    ("A.java", ("class A { void f() { check(user, password); require(password); validate(secret); } }")),
    ("a.kt", ('fun f() {\n  require(secret.isNotBlank()) { "the secret is missing" }\n  check(secret)\n}')),
    ("a.scala", 'def f() = {\n  require(secretKey != null, "missing")\n}'),
    ("a.js", "for (const k of Object.keys(process.env)) console.log(k)"),
    ("a.js", "for (const [k, v] of Object.entries(process.env)) console.log(k)"),
    ("a.js", ("for (const [k, v] of Object.entries(process.env)) { if (k.startsWith('PUBLIC_')) console.log(k, v) }")),
    ("a.js", "for (const [k, v] of Object.entries(orders)) console.log(k, v)"),
    ("a.go", ('func f() {\n\tfor _, e := range os.Environ() {\n\t\tfmt.Println(strings.Split(e, "=")[0])\n\t}\n}')),
    ("a.go", ("func f() {\n\tfor i, e := range os.Environ() {\n\t\tuse(e)\n\t\tfmt.Println(i)\n\t}\n}")),
    ("a.php", '<?php foreach ($_ENV as $k => $v) { echo "$k\\n"; }'),
    ("a.rb", "ENV.each do |k, v|\n  puts k\nend"),
    ("a.rs", ('fn main() {\n    for (k, _) in std::env::vars() {\n        println!("{k}");\n    }\n}')),
    ("a.js", "const { OKX_SECRET: s, HOME: h } = process.env\nconsole.log(h)"),
    ("a.js", "const { secretName: s, HOME: h } = process.env\nconsole.log(s)"),
    ("Jenkinsfile", "node {\n  sh 'tool --secret $OKX_SECRET'\n  sh \"echo hi\"\n}"),
    (
        ".github/workflows/a.yml",
        (
            "jobs:\n"
            "  a:\n"
            "    steps:\n"
            "      - uses: actions/github-script@v7\n"
            "        with:\n"
            "          script: |\n"
            "            const secret = process.env.OKX_SECRET\n"
            "            console.log(secret.length)\n"
        ),
    ),
    (
        "a.go",
        (
            "package a\n"
            "type Client struct {\n"
            "\tsecret string\n"
            "}\n"
            "func New(s string) *Client { return nil }\n"
            "func f() {\n"
            "\tlog.Println(uuid.New().String(), uuid.New())\n"
            "}\n"
        ),
    ),
    (
        "a.go",
        (
            "package a\n"
            "type Arg struct {\n"
            "\tPassphrase string\n"
            "}\n"
            "type WsEvent struct {\n"
            "\tArg Arg\n"
            "}\n"
            "func f(w *WsEvent) error {\n"
            '\treturn fmt.Errorf("unexpected %+v", w)\n'
            "}\n"
        ),
    ),
    (
        "a.rs",
        ('#[cfg(test)]\nmod tests {\n    fn f() {\n    assert!(secret.len() == 32, "bad secret {}", secret);\n}\n}\n'),
    ),
    (
        "a.rs",
        ('fn f(secret: &str) {\n    assert!(check(secret, 1), "bad secret");\n    assert!(is(user, secret));\n}\n'),
    ),
    ("a.cpp", ('int main() {\n  std::cout << "secret has " << secret.size() << std::endl;\n  x = 1 << secret;\n}')),
    (
        "a.go",
        GO_TYPE
        + ('type Secret struct {\n\tName string\n}\nfunc f(secret *Secret) {\n\tlog.Printf("%+v", secret)\n}\n'),
    ),
    (
        "A.java",
        (
            "class Creds {\n"
            "  private String secret;\n"
            "  public String toString() {\n"
            '    return "Creds{secret=" + mask(secret.length()) + "}";\n'
            "  }\n"
            "  static void f(Creds c, Creds credentials) {\n"
            "    System.out.println(c + credentials);\n"
            "  }\n"
            "}\n"
        ),
    ),
    ("a.js", "Object.entries(process.env).forEach(([name]) => console.log(name))"),
    ("a.sh", "use $OKX_SECRET\nenv | grep -c OKX_\n"),
]


@pytest.mark.parametrize(("path", "rule", "text"), MORE_FIRES)
def test_more_fires(path: str, rule: str, text: str) -> None:
    assert {leak.rule for leak in leaks_of(path, text)} == {rule}


@pytest.mark.parametrize(("path", "text"), MORE_SILENT)
def test_more_is_silent(path: str, text: str) -> None:
    assert leaks_of(path, text) == []


ALL_FIRES = [*(("a.ts", text) for _, text in JAVASCRIPT_FIRES), *((path, text) for path, _, text in FIRES + MORE_FIRES)]


@pytest.mark.parametrize(("path", "text"), ALL_FIRES)
def test_what_fires_passes_the_prefilter(path: str, text: str) -> None:
    assert LeakPrefilter().may_leak_bytes(path, text.encode())


NAMES = load_leaks(rules_folder()).names


@pytest.mark.parametrize("words", [*NAMES.key, *NAMES.secret, *NAMES.passphrase, *NAMES.token, *NAMES.holders])
def test_every_name_passes_the_prefilter(words: str) -> None:
    joined = words.title().replace(" ", "")
    for name in (words.replace(" ", "_"), joined[0].lower() + joined[1:], words.upper().replace(" ", "_")):
        assert LeakPrefilter().may_leak_elsewhere(f"print(my_{name}); print({name})")
