"""The HTTP API of invoices."""

from django.db.models import Prefetch, QuerySet
from rest_framework import mixins
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.viewsets import GenericViewSet

from billing.models import Invoice, Line
from billing.serializers import InvoiceReadSerializer


class InvoicePages(CursorPagination):
    """The newest first; no row is skipped or repeated while others are made."""

    ordering = "-id"
    page_size = 50


class InvoiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Invoice]):
    """The invoices of the caller; those of others are not there."""

    queryset = Invoice.objects.order_by("-id")
    serializer_class = InvoiceReadSerializer
    pagination_class = InvoicePages
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> QuerySet[Invoice]:
        """The caller's own, with all that is shown of them in a fixed number of queries."""
        own = super().get_queryset().filter(owner=self.request.user.pk)
        return own.select_related("customer").prefetch_related(Prefetch("lines", Line.objects.order_by("id")))
