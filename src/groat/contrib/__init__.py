"""groat inside other frameworks, a room for each."""
