#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the typed layer must refuse to compile (CH-30, CH-38), as TAP.

    refused.py INCLUDE_DIRECTORY COMPILER ...

Each case is a statement that is right and one that is wrong.  The right ones
must compile, all at once, so that a wrong one cannot fail for another reason.
The programs of misuse/ must not compile, and must when they are put right.
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROGRAM = '''
#include <weir/weir.h>
struct pair { int a, b; };
WEIR_CHAN(ints, int);
WEIR_CHAN(pairs, struct pair);
int use(ints *ch, pairs *ps);
int use(ints *ch, pairs *ps)
{
    ints_sender *tx = ints_as_sender(ch);
    ints_receiver *rx = ints_as_receiver(ch);
    struct pair pair = { 1, 2 };
    int v = 0; long wide = 0; int status = 0; size_t k = 0;
    const int fixed = 1;
    (void)k; (void)tx; (void)rx; (void)ps; (void)pair; (void)wide; (void)v;
    (void)fixed;
    %s
    return status;
}
'''

CASES = [
    ('ch_30_receiver_cannot_close',
     'status = weir_close(tx);', 'status = weir_close(rx);'),
    ('ch_38_sender_cannot_receive',
     'status = weir_recv(rx, &v);', 'status = weir_recv(tx, &v);'),
    ('ch_38_sender_cannot_try_receive',
     'status = weir_try_recv(rx, &v);', 'status = weir_try_recv(tx, &v);'),
    ('ch_38_sender_cannot_receive_until',
     'status = weir_recv_until(rx, &v, WEIR_FOREVER);',
     'status = weir_recv_until(tx, &v, WEIR_FOREVER);'),
    ('ch_38_sender_cannot_range',
     'weir_range(rx, &v) { }', 'weir_range(tx, &v) { }'),
    ('ch_38_sender_cannot_drop',
     'status = weir_drop(rx);', 'status = weir_drop(tx);'),
    ('ch_38_receiver_cannot_send',
     'status = weir_send(tx, 1);', 'status = weir_send(rx, 1);'),
    ('ch_38_receiver_cannot_try_send',
     'status = weir_try_send(tx, 1);', 'status = weir_try_send(rx, 1);'),
    ('ch_38_receiver_cannot_send_until',
     'status = weir_send_until(tx, 1, WEIR_FOREVER);',
     'status = weir_send_until(rx, 1, WEIR_FOREVER);'),
    ('ch_38_sender_cannot_receive_a_batch',
     'status = weir_recv_n(rx, &v, 1, &k);',
     'status = weir_recv_n(tx, &v, 1, &k);'),
    ('ch_38_receiver_cannot_send_a_batch',
     'status = weir_send_n(tx, &v, 1, &k);',
     'status = weir_send_n(rx, &v, 1, &k);'),
    ('batch_has_the_element_type',
     'status = weir_send_n(ch, &v, 1, &k);',
     'status = weir_send_n(ch, &wide, 1, &k);'),
    ('batch_is_received_into_the_element_type',
     'status = weir_try_recv_n(ch, &v, 1, &k);',
     'status = weir_try_recv_n(ch, &wide, 1, &k);'),
    ('batch_is_not_received_into_constants',
     'status = weir_recv_n(ch, &v, 1, &k);',
     'status = weir_recv_n(ch, (const int *)&v, 1, &k);'),
    ('ch_38_sender_does_not_become_channel',
     'status = ints_recv(ch, &v);', 'status = ints_recv(tx, &v);'),
    ('ch_38_receiver_does_not_become_channel',
     'status = ints_send(ch, 1);', 'status = ints_send(rx, 1);'),
    ('ch_38_sender_and_receiver_do_not_mix',
     'ints_sender *p = tx; (void)p;', 'ints_sender *p = rx; (void)p;'),
    ('structure_is_no_integer',
     'status = weir_send(ch, 1);', 'status = weir_send(ch, pair);'),
    ('integer_is_no_structure',
     'status = weir_send(ps, pair);', 'status = weir_send(ps, 1);'),
    ('destination_has_the_element_type',
     'status = weir_recv(ch, &v);', 'status = weir_recv(ch, &wide);'),
    ('status_of_a_send_is_not_ignored',
     'status = weir_send(ch, 1);', 'weir_send(ch, 1);'),
    ('channels_of_two_types_do_not_mix',
     'ints *p = ch; (void)p;', 'ints *p = ps; (void)p;'),
    ('ch_38_select_does_not_receive_from_a_sender',
     'weir_select(s) { weir_on_recv(s, rx, &v) { } }',
     'weir_select(s) { weir_on_recv(s, tx, &v) { } }'),
    ('ch_38_select_does_not_send_to_a_receiver',
     'weir_select(s) { weir_on_send(s, tx, &fixed) { } }',
     'weir_select(s) { weir_on_send(s, rx, &fixed) { } }'),
    ('select_receives_into_the_element_type',
     'weir_select(s) { weir_on_recv(s, ch, &v) { } }',
     'weir_select(s) { weir_on_recv(s, ch, &wide) { } }'),
    ('select_does_not_receive_into_a_constant',
     'weir_select(s) { weir_on_recv(s, ch, &v) { } }',
     'weir_select(s) { weir_on_recv(s, ch, &fixed) { } }'),
    ('select_sends_from_the_element_type',
     'weir_select(s) { weir_on_send(s, ps, &pair) { } }',
     'weir_select(s) { weir_on_send(s, ps, &v) { } }'),
]

# What puts a program of misuse/ right.
RIGHT = [('ints_sender', 'ints'), ('ints_receiver', 'ints'),
         ('double', 'int'), ('struct pair p = { 1, 2 }', 'int p = 1')]


def compiles(command, program):
    return subprocess.run(
        command, input=program, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def misuses():
    """(name, the program put right, the program) of each file of misuse/."""
    for path in sorted((Path(__file__).parent / 'misuse').glob('*.c')):
        right = wrong = path.read_text()
        for old, new in RIGHT:
            right = right.replace(old, new)
        yield 'ch_38_misuse_' + path.stem, right, wrong


def main(include, *compiler):
    command = [*compiler, '-std=gnu11', '-Wall', '-Wextra', '-Werror',
               f'-I{include}', '-xc', '-c', '-o', '/dev/null', '-']
    # The misuses must be errors, whatever the warnings.
    plain = [*compiler, '-std=c11', '-w', *command[-6:]]
    jobs = [('right_uses_compile', command, True,
             PROGRAM % ''.join(f'{{ {case[1]} }}\n' for case in CASES))]
    jobs += [(name, command, False, PROGRAM % wrong)
             for name, _, wrong in CASES]
    for name, right, wrong in misuses():
        jobs += [(name, plain, False, wrong),
                 (name + '_put_right', plain, True, right)]
    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(lambda j: compiles(j[1], j[3]), jobs))
    print(f'TAP version 13\n1..{len(jobs)}')
    failed = 0
    for n, ((name, _, due, _), done) in enumerate(zip(jobs, built), 1):
        failed += done != due
        if done != due:
            print(f'# {"compiles" if done else "does not compile"}')
        print(f'{"" if done == due else "not "}ok {n} - {name}')
    return failed > 0


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
