"""Heavy or hostile work, in separate processes that may be killed without harm to the server.

:mod:`groat.sandbox.pool` is the server's side, :mod:`groat.sandbox.foreman` the process that forks one child for each
piece of work. Neither foreman nor child holds a database, a secret or a socket of the server.
"""
