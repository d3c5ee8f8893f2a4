package delivery

import (
	"fmt"
	"strconv"
)

// Digest of a set of delivered prompts: the XOR of their fingerprints.
type Digest struct {
	bits uint64
	// Count is how many fingerprints are in it.
	Count int
}

// Text is 16 hexadecimal digits.
func (d Digest) Text() string { return fmt.Sprintf("%016x", d.bits) }

func (d *Digest) add(fingerprint string) {
	d.bits ^= bitsOf(fingerprint)
	d.Count++
}

// remove takes out one that is in it.
func (d *Digest) remove(fingerprint string) {
	d.bits ^= bitsOf(fingerprint)
	d.Count--
}

func (d *Digest) addAll(other Digest) {
	d.bits ^= other.bits
	d.Count += other.Count
}

// agrees tells whether it is what px0 says of the same set.
func (d Digest) agrees(digest string, count int) bool { return d.Count == count && d.Text() == digest }

func bitsOf(fingerprint string) uint64 {
	// A reader has checked that it is one.
	bits, _ := strconv.ParseUint(fingerprint, 16, 64)
	return bits
}
