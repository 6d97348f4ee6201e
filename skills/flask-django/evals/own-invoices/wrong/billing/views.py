"""The HTTP API of invoices."""

from rest_framework import permissions, viewsets

from billing.models import Invoice
from billing.serializers import InvoiceSerializer


class InvoiceViewSet(viewsets.ModelViewSet):
    """Invoices."""

    queryset = Invoice.objects.all().order_by("-id")
    serializer_class = InvoiceSerializer
    permission_classes = [permissions.IsAuthenticated]
