"""The API for customers: who they are, and what they ask for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import CreateAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from accounts.models import BitcoinWithdrawal, Card, Deposit, Loan, Transfer
from groat import GroatError

User = get_user_model()

# Customers read these instead of groat's own words.
SAID = {"insufficient_funds": "You have only {available} {asset} available."}


class Me(APIView):
    """Tell the page who is signed in, and to whom they can send money."""

    def get(self, request: Request) -> Response:
        """Answer with names."""
        others = User.objects.filter(is_staff=False).exclude(pk=request.user.pk)
        return Response({**_person(request.user), "others": [_person(each) for each in others]})


def _person(user: Any) -> dict[str, str]:
    return {"username": user.username, "name": user.get_full_name()}


class File(CreateAPIView):
    """Ask for something. The header ``Idempotency-Key`` makes a repetition harmless."""

    def create(self, request: Request) -> Response:
        """File it, unless it was filed under this key before."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")
        if not key or len(key) > 64:
            raise ValidationError({"Idempotency-Key": ["Send this header, of 1 to 64 characters."]})
        model = serializer.Meta.model
        made = model.objects.filter(customer=request.user, key=key).first()
        if made is None:
            made = model(customer=request.user, key=key, **serializer.validated_data)
            try:
                made.file()
            except IntegrityError:
                # The same request came twice at once, and the other one was first.
                made = model.objects.get(customer=request.user, key=key)
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


class Deposits(ListAPIView, File):
    """Pay in a cheque, and see what became of those before."""

    def get_queryset(self) -> QuerySet[Deposit]:
        """Show people what is theirs."""
        return Deposit.objects.filter(customer=self.request.user)[:100]


class TransferSerializer(serializers.ModelSerializer):
    recipient = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_staff=False)
    )

    class Meta:
        model = Transfer
        fields = ("id", "recipient", "amount", "reference")


class DepositSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deposit
        fields = ("id", "amount", "cheque", "decision", "reason", "filed_at")


class CardSerializer(serializers.ModelSerializer):
    class Meta:
        model = Card
        fields = ("id", "holder", "limit")


class LoanSerializer(serializers.ModelSerializer):
    class Meta:
        model = Loan
        fields = ("id", "amount", "months", "purpose")


class BitcoinSerializer(serializers.ModelSerializer):
    class Meta:
        model = BitcoinWithdrawal
        fields = ("id", "amount", "address")


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error with a ``detail`` that people can read, and those of groat with their status and code."""
    if isinstance(error, GroatError):
        detail = SAID[error.code].format_map(error.fields) if error.code in SAID else error.detail
        return Response({"detail": detail, "code": error.code}, error.status)
    if isinstance(error, ValidationError):
        field, (problem, *_) = next(iter(error.detail.items()))
        return Response({"detail": f"{field}: {problem}"}, error.status_code)
    return exception_handler(error, context)
