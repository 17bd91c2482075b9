"""Socket.IO: the transport Engine.IO 4, and Socket.IO 5 over it."""
