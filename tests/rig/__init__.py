"""The shipped site on loopback, for drills and benchmarks: the files of ``deploy/`` as they are.

``Rig(folder)`` starts nginx with TLS, Varnish, two instances of the web server and one for staff,
a worker, the purger, PostgreSQL, Redis, a mail server and, where asked, object storage, each with
the configuration that is shipped; only paths, ports and users are replaced
(tests/rig/configuration.py). Everything lies below ``folder``, and every process ends with the rig.

``python -m tests.rig`` runs one until Ctrl-C and says where it is.
"""

from tests.rig.asking import Answer
from tests.rig.processes import Group, RigError, Service
from tests.rig.rig import Rig

__all__ = ["Answer", "Group", "Rig", "RigError", "Service"]
