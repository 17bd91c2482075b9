"""Tags for templates: ``{% load groat %}``."""
