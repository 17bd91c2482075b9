"""Addresses under ``/api/``."""

from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from accounts import views

urlpatterns = [
    path("token", TokenObtainPairView.as_view()),
    path("token/refresh", TokenRefreshView.as_view()),
    path("me", views.Me.as_view()),
    path("deposits", views.Deposits.as_view(serializer_class=views.DepositSerializer)),
    path("transfers", views.File.as_view(serializer_class=views.TransferSerializer)),
    path("cards", views.File.as_view(serializer_class=views.CardSerializer)),
    path("loans", views.File.as_view(serializer_class=views.LoanSerializer)),
    path("bitcoin", views.File.as_view(serializer_class=views.BitcoinSerializer)),
]
