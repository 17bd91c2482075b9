"""Addresses of the app: ``path("groat/", include("groat.contrib.django.urls"))``."""

from django.urls import path

from groat.contrib.django import views

app_name = "groat"
urlpatterns = [path("token/", views.token, name="token")]
