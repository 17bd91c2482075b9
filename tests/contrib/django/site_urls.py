"""The addresses of the project in this process."""

from django.urls import include, path

from groat.contrib.django.drf import GroatTokenView

urlpatterns = [
    path("groat/", include("groat.contrib.django.urls")),
    path("api/groat-token/", GroatTokenView.as_view()),
]
