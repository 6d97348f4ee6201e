"""Django over an empty database in memory."""

import os

import django
from django.conf import settings
from django.core.management import call_command
from django.test.utils import setup_test_environment

os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
# Tables as the models say, without the many migrations of auth.
settings.MIGRATION_MODULES = dict.fromkeys(("auth", "contenttypes", "billing"))
django.setup()
setup_test_environment()
call_command("migrate", run_syncdb=True, verbosity=0)
