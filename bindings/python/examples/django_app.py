"""Django in one file: a model with the state, compare-and-set by `filter(…).update(…)`, and a template with the QR code."""

import sys

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path as route

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ROOT_URLCONF=__name__,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()

from django.db import models
from django.template import Context, Engine
from oath_totp import KeyUri, Rejected, Replayed, Secret, Totp, TotpState, verify

PAGE = Engine().from_string("<main style='width: 20em'>{{ svg }}</main>")


class Otp(models.Model):
    name = models.CharField(max_length=150, primary_key=True)
    secret = models.CharField(max_length=64)  # Base32; encrypt it
    last_step = models.BigIntegerField(null=True)
    drift = models.BigIntegerField(default=0)

    class Meta:
        app_label = "example"

    def sign_in(self, code: str) -> None:
        state = verify(self.secret, code, TotpState(self.last_step, self.drift)).state
        # Django writes `IS NULL` for None.
        row = Otp.objects.filter(name=self.name, last_step=self.last_step, drift=self.drift)
        if row.update(last_step=state.last_step, drift=state.drift) != 1:
            raise Replayed


def enrol(request: HttpRequest, name: str) -> HttpResponse:
    secret = Secret.generate()
    Otp.objects.create(name=name, secret=secret.expose_base32())
    uri = KeyUri(Totp(secret), account=name, issuer="Example")
    return HttpResponse(PAGE.render(Context({"svg": uri.qr_svg()})))


def sign_in(request: HttpRequest, name: str) -> HttpResponse:
    try:
        Otp.objects.get(name=name).sign_in(request.POST["code"])
    except (Otp.DoesNotExist, Rejected):
        return HttpResponse(status=401)
    return JsonResponse({"signed_in": name})


urlpatterns = [route("enrol/<name>", enrol), route("sign-in/<name>", sign_in)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
