"""Start one program, wait for it, and print as JSON what it took, its children included.

    python -I -S launch.py SECONDS PROGRAM [ARGUMENT ...]

It stands apart because the peak memory of a program counts from that of the process that starts it, which is small
here. A program that runs longer than so many seconds is killed with its children.
"""

import json
import os
import signal
import sys
import time


def main() -> None:
    """Run the program that the arguments name, with nothing to read and its output to nowhere."""
    limit, command = float(sys.argv[1]), sys.argv[2:]
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    begin = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=nowhere, setpgroup=0)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, usage = os.wait4(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    wall = time.perf_counter() - begin
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, code]))


main()
