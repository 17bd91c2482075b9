"""The addresses of the project in this process."""

from django.contrib import admin
from django.urls import include, path

from groat.contrib.django.drf import GroatTokenView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("groat/", include("groat.contrib.django.urls")),
    path("api/groat-token/", GroatTokenView.as_view()),
]
