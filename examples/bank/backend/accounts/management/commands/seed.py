"""Make the people of the example, and give the customers something to spend."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import BaseCommand
from django.db import transaction

from groat.contrib.django import groat

PASSWORD = "fourpence"
CUSTOMERS = (("ursula", "Ursula", "Lang"), ("kofi", "Kofi", "Mensah"))
STAFF = (("admin", "Ada", "Bell"), ("grace", "Grace", "Oduya"))


class Command(BaseCommand):
    help = "Makes two customers and two people of staff, all with the password fourpence."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is not there already."""
        groat.add_asset("USD", 2)
        groat.add_asset("BTC", 8)
        password = make_password(PASSWORD)
        for is_staff, people in ((False, CUSTOMERS), (True, STAFF)):
            for username, first_name, last_name in people:
                user, _ = get_user_model().objects.get_or_create(
                    username=username,
                    defaults={
                        "first_name": first_name,
                        "last_name": last_name,
                        "password": password,
                        "is_staff": is_staff,
                        "is_superuser": is_staff,
                    },
                )
                if not is_staff:
                    account = f"user:{user.pk}"
                    groat.post(
                        [("house:bank", account, "1000.00", "USD"), ("house:bitcoin", account, "0.5", "BTC")],
                        key=f"welcome {username}",
                        reason="Welcome",
                    ).unwrap()
