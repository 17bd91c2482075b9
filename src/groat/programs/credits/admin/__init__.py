"""Acts of staff on people's credits, and the looking up of each update."""
