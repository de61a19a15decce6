"""Whether ExaBGP takes each of the configurations named on stdin, one path a line: `good` or `bad`, one line each.

What `exabgp --validate FILE` does, without starting Python anew for each file; as the user with the number that is given.
"""

import os
import sys

answers = os.fdopen(os.dup(1), 'w')
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # its log

try:
    from exabgp.environment import getenv  # 5.0
    from exabgp.logger import log

    log.init(getenv())
except ImportError:
    from exabgp.configuration.setup import environment  # 4.2

    environment.setup('')

from exabgp.configuration.configuration import Configuration

if len(sys.argv) > 1:
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))

for path in sys.stdin:
    answers.write('good\n' if Configuration([path.strip()]).reload() is True else 'bad\n')
    answers.flush()
