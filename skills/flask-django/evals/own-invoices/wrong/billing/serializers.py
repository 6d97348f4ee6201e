"""What clients get about invoices."""

from rest_framework import serializers

from billing.models import Invoice, Line


class LineSerializer(serializers.ModelSerializer):
    """A line."""

    class Meta:
        model = Line
        fields = ["text", "amount"]


class InvoiceSerializer(serializers.ModelSerializer):
    """An invoice."""

    customer = serializers.CharField(source="customer.name", read_only=True)
    lines = LineSerializer(many=True, read_only=True)

    class Meta:
        model = Invoice
        fields = ["id", "number", "customer", "lines"]
