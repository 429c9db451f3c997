// SPDX-License-Identifier: MIT

// Threads and their CPUs, by system calls: Go has no names for these.

package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

const clockProcess = 2 // CLOCK_PROCESS_CPUTIME_ID

var sysGetcpu = map[string]uintptr{"amd64": 309, "arm64": 168,
	"riscv64": 168}[runtime.GOARCH]

// bindThread binds the calling thread.
func bindThread(cpu int) bool {
	var mask [128]byte
	if cpu < 0 || cpu >= 8*len(mask) {
		return false
	}
	mask[cpu/8] = 1 << (cpu % 8)
	_, _, failed := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0,
		uintptr(len(mask)), uintptr(unsafe.Pointer(&mask[0])))
	return failed == 0
}

// currentCPU is -1 where the system does not tell.
func currentCPU() int {
	var cpu uint32
	if sysGetcpu == 0 {
		return -1
	}
	_, _, failed := syscall.RawSyscall(sysGetcpu,
		uintptr(unsafe.Pointer(&cpu)), 0, 0)
	if failed != 0 {
		return -1
	}
	return int(cpu)
}

// processNs is the CPU time of all threads of this process.
func processNs() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockProcess,
		uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}
