"""Python of the operations of an OpenAPI document of groat: for the modules of groat.client, and for an app's own."""
