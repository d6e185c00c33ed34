"""Runs pyotp's own tests with the replacement in its place: `python pyotp_suite.py FOLDER-OF-PYOTP`.

The tests that fail on purpose are listed here and explained in docs/python-migration.md. Another test that fails is an error,
and so is a listed test that passes.
"""

import io
import os
import runpy
import sys
import unittest

import oath_totp.compat.pyotp  # noqa: F401

# The text of the error; that it is a ValueError is the same.
OTHERWISE = {"DigestFunctionTest.test_md5", "DigestFunctionTest.test_shake128"}

for name, module in list(sys.modules.items()):
    if name.startswith("oath_totp.compat.pyotp"):
        sys.modules[name.removeprefix("oath_totp.compat.")] = module

os.chdir(sys.argv[1])
suite = unittest.TestSuite()
for case in runpy.run_path("test.py").values():
    if isinstance(case, type) and issubclass(case, unittest.TestCase):
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
count = suite.countTestCases()
# The report is shown only where the list does not match.
report = io.StringIO()
result = unittest.TextTestRunner(stream=report).run(suite)
failed = {test.id().split(".", 1)[1] for test, _ in result.failures + result.errors}
print(f"pyotp's tests: {count} run, {len(failed)} different from pyotp, {len(OTHERWISE)} of them listed")
if failed != OTHERWISE or count < 50:
    sys.exit(f"{report.getvalue()[-20_000:]}\nnot as listed: {sorted(failed ^ OTHERWISE)[:9]}")
