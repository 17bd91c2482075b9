"""The doors over plain HTTP: event streams and long-polls."""
