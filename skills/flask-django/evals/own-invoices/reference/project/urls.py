"""The paths."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from billing.views import InvoiceViewSet

router = SimpleRouter()
router.register("invoices", InvoiceViewSet, basename="invoice")

urlpatterns: list[URLPattern | URLResolver] = [path("v1/", include(router.urls))]
