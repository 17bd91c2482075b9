"""The Centrifuge door: its messages, its connections, and its pushes."""
