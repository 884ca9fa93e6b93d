"""``python -m tests.rig [FOLDER] [option=value]``: run the shipped site until Ctrl-C."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.rig import Rig, RigError

_OPTIONS = {"varnish": bool, "redis": bool, "s3": bool, "postgres": str, "demonstration": bool}


def main(arguments: list[str]) -> int:
    """Read the options, for example ``s3=1 postgres=debian``; return the exit code."""
    options, folder = {}, None
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if equals and name in _OPTIONS:
            options[name] = value if _OPTIONS[name] is str else value not in {"0", ""}
        elif not equals:
            folder = Path(argument)
        else:
            sys.exit(f"There is no option {name}: {', '.join(_OPTIONS)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="campaign-rig-") as temporary:
        try:
            with Rig(folder or Path(temporary), **options) as rig:
                print(f"{rig.url}/\n{rig.photo_url}/photos/\nCA {rig.ca_file}\n{rig.folder}")
                for name, service in rig.services.items():
                    print(f"{name:22} {service.port or '':>6}  pid {service.pid}")
                print("End it with Ctrl-C.", flush=True)
                signal.pause()
        except KeyboardInterrupt:
            return 0
        except RigError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
