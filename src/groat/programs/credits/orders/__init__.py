"""Orders of credits: a catalogue of packages with dated prices, orders, and the payments that fulfil them."""

from groat.programs.credits.orders.catalogue import CATALOGUE_NEWS, CATALOGUE_RULES, Package, Price
from groat.programs.credits.orders.order import CREDIT_ORDER, CreditOrders, OrderForm
from groat.programs.credits.orders.payment_case import CREDIT_PAYMENT

__all__ = [
    "CATALOGUE_NEWS",
    "CATALOGUE_RULES",
    "CREDIT_ORDER",
    "CREDIT_PAYMENT",
    "CreditOrders",
    "OrderForm",
    "Package",
    "Price",
]
