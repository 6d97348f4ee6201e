"""What clients get about invoices."""

from rest_framework import serializers

from billing.models import Invoice, Line


class LineReadSerializer(serializers.ModelSerializer[Line]):
    """A line as clients see it."""

    class Meta:
        model = Line
        fields = ("text", "amount")
        read_only_fields = fields


class InvoiceReadSerializer(serializers.ModelSerializer[Invoice]):
    """An invoice as clients see it."""

    customer = serializers.CharField(source="customer.name", read_only=True)
    lines = LineReadSerializer(many=True, read_only=True)

    class Meta:
        model = Invoice
        fields = ("id", "number", "customer", "lines")
        read_only_fields = fields
