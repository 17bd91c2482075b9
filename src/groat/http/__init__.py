"""HTTP: the routes under /v1, who may call them, and how every answer looks."""
