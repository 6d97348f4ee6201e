"""The tables of invoices."""

from django.conf import settings
from django.db import models


class Customer(models.Model):
    """Who gets invoices."""

    name = models.CharField(max_length=100)


class Invoice(models.Model):
    """What a customer owes."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=20, unique=True)
    internal_note = models.TextField(blank=True)


class Line(models.Model):
    """One line of an invoice."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    text = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
