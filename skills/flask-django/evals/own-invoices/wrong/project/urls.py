"""The paths."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import DefaultRouter

from billing.views import InvoiceViewSet

router = DefaultRouter()
router.register("invoices", InvoiceViewSet)

urlpatterns: list[URLPattern | URLResolver] = [path("v1/", include(router.urls))]
