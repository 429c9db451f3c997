# SPDX-License-Identifier: MIT
"""TAP for the suite's Python tests: @test registers, main() runs."""
import traceback

tests = []


def test(function):
    tests.append(function)
    return function


def main():
    failed = 0
    print(f'TAP version 13\n1..{len(tests)}')
    for number, function in enumerate(tests, 1):
        try:
            function()
        except Exception:  # any surprise is a failure of this test alone
            failed += 1
            for line in traceback.format_exc().splitlines()[-8:]:
                print('#', line[:500])
            print('not ', end='')
        print(f'ok {number} - {function.__name__}', flush=True)
    return failed > 0
