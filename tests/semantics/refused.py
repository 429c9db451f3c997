#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the typed layer must refuse to compile (CH-30, CH-38), as TAP.

    refused.py INCLUDE_DIRECTORY COMPILER ...

Each case is a statement that is right and one that is wrong.  The right ones
must compile, all at once, so that a wrong one cannot fail for another reason.
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

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
    (void)k; (void)tx; (void)rx; (void)ps; (void)pair; (void)wide; (void)v;
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
]


def compiles(command, statement):
    return subprocess.run(
        command, input=PROGRAM % statement, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def main(include, *compiler):
    command = [*compiler, '-std=gnu11', '-Wall', '-Wextra', '-Werror',
               f'-I{include}', '-xc', '-c', '-o', '/dev/null', '-']
    right = ''.join('{ ' + case[1] + ' }\n' for case in CASES)
    statements = [right] + [case[2] for case in CASES]
    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(lambda s: compiles(command, s), statements))
    fine = [built[0]] + [not b for b in built[1:]]
    names = ['right_uses_compile'] + [case[0] for case in CASES]
    print(f'TAP version 13\n1..{len(names)}')
    for n, (name, statement, ok) in enumerate(zip(names, statements, fine), 1):
        if not ok:
            print(f'# {"does not compile" if n == 1 else "compiles"}: '
                  + ' '.join(statement.split()))
        print(f'{"" if ok else "not "}ok {n} - {name}')
    return not all(fine)


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
