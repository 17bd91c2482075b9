"""groat as a Django app: ``INSTALLED_APPS += ["groat.contrib.django"]``."""
