// Package delivery holds what px0 delivers to applications, and the rules by which a client keeps it. It is packages/delivery in Go, file by
// file; nothing in it does any I/O or looks at a clock.
package delivery
