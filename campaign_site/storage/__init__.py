"""Where the site keeps files: folders of one machine, or a bucket that several machines share.

Both offer the same on top of what Django's storages do, so that nothing else has to know which it
is: ``put``, ``put_all``, ``fill``, ``get``, ``stream``, ``delete``, ``names`` and
``written_before``. Whatever cannot be stored, read or deleted raises ``OSError``, as a full disk
does; what is not there, ``FileNotFoundError``.
"""
