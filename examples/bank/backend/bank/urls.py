"""Addresses of the bank: the API for customers, the admin for staff."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Fourpence Bank"
admin.site.index_title = "Waiting for you"

urlpatterns = [
    path("api/", include("accounts.urls")),
    path("admin/", admin.site.urls),
]
