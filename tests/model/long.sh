#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# long.sh BUILD: the scenarios above 60 steps once more, with more old values
# than their files give them, and those marked .big within their full bounds;
# minutes.
set -u
models=$1/tests/model
runs=(
    'chan_ring_long --stale 1'
    'chan_meet --only _long --stale 1'
    'chan_ring --only timed_both --stale 2'
    'chan_ring --only sends_recvs --stale 2'
    'chan_ring --only timed_send_recv --stale 2'
    'chan_ring --only timed_recv_send --stale 2'
    'chan_ring --only try_against_timed --stale 2'
    'chan_ring --only cancel_against --stale 2'
    'chan_ring --only free_after_two --stale 2'
    'chan_meet --only meet_twice --stale 2'
    'chan_meet --only meet_and_answer --stale 2'
    'chan_meet --only meet_timed --stale 2'
    'chan_meet --only meet_free_closed --stale 2'
    'chan_rules --only try_meets_two'
    'chan_grow --only quota_'
    'chan_grow --only =hand_in_beside_a_try'
    'select_meet --only =three_long'
    'ring_raw --only =mpmc_poll_2x2 --stale 2'
    'park_pool --only =pool_grow --stale 2'
    'park_wait --only =chain_two --stale 2'
    'park_wait --only =chain_by_token --stale 2'
    'park_wait --only =cancel_against_grant --stale 2'
    'park_wait --only =wait_twice_served --stale 2 --stays 2 --spurious 1'
    'sync_mutex --only =mutex_three --stale 2'
    'sync_mutex --only =mutex_time_out --stale 2'
    'sync_mutex --only =mutex_in_turn --stale 1'
    'sync_rwmutex --only =rw_reader_writer --stale 2'
    'sync_rwmutex --only =rw_reader_writes --stale 2'
    'sync_rwmutex --only =rw_new_reader --stale 2'
    'sync_rwmutex --only =rw_move --stale 2'
    'sync_rw_asym --only =rw_dist --stale 2'
    'sync_rw_asym --only =rw_asym --stale 2'
    'sync_rw_asym --only =rw_asym_writes --stale 2'
    'sync_rw_asym --only =rw_enter_asym --stale 2'
    'sync_rw_asym --only =rw_asym_hand_round --stale 2'
    'sync_rwmutex --only time_out --stale 2'
    'sync_rwmutex --only rw_free --stale 2'
    'sync_rwmutex --only rw_two_'
    'sync_rwmutex --only rw_move_two'
    'sync_rwmutex --only =rw_hand_over_write'
    'sync_rwmutex --only =rw_hand_round'
    'sync_rw_asym --only _two'
    'sync_rw_asym --only =rw_asym_hand_over_write'
)
failed=0
echo "1..${#runs[@]}"
for i in "${!runs[@]}"; do
    read -ra words <<<"${runs[i]}"
    if out=$("$models/model_${words[0]}" "${words[@]:1}"); then
        echo "ok $((i + 1)) - ${runs[i]}"
    else
        printf '%s\n' "$out" | grep -A80 '^not ok' | sed 's/^/# /'
        echo "not ok $((i + 1)) - ${runs[i]}"
        failed=1
    fi
done
exit $failed
