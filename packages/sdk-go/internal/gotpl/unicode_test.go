package gotpl

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"unicode"
)

// The tables are those of Unicode 15, whatever the release of Go knows: px0's own have the same digests.
func TestTablesAreThoseOfPx0(t *testing.T) {
	text := readShared(t, "unicode-digests.json")
	var want map[string]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	isIn := func(r rune) rune {
		if printable().has(r) {
			return 1
		}
		return 0
	}
	for name, of := range map[string]func(rune) rune{
		"PRINTABLE": isIn,
		"UPPER":     func(r rune) rune { return mapping(upperCase(), r) },
		"LOWER":     func(r rune) rune { return mapping(lowerCase(), r) },
	} {
		hash := sha256.New()
		var number [4]byte
		for r := rune(0); r <= unicode.MaxRune; r++ {
			binary.LittleEndian.PutUint32(number[:], uint32(of(r)))
			hash.Write(number[:])
		}
		if got := fmt.Sprintf("%x", hash.Sum(nil)); got != want[name] {
			t.Errorf("%s: %s, want %s", name, got, want[name])
		}
	}
	if tablesVersion != want["unicode"] {
		t.Errorf("Unicode %s, want %s", tablesVersion, want["unicode"])
	}
}

func TestEveryCharacterIsMappedAndQuotedByTheTables(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isPrintable(r) != printable().has(r) || simpleUpper(r) != mapping(upperCase(), r) || simpleLower(r) != mapping(lowerCase(), r) {
			t.Fatalf("%U", r)
		}
	}
}

func TestLetterCaseIsThatOfTheVectors(t *testing.T) {
	text := readShared(t, "vectors", "case.json")
	var mapped struct{ Upper, Lower map[string]string }
	if err := json.Unmarshal(text, &mapped); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want map[string]string
		of   func(rune) rune
	}{{mapped.Upper, simpleUpper}, {mapped.Lower, simpleLower}} {
		want := map[rune]rune{}
		for from, to := range c.want {
			want[runeOf(t, from)] = runeOf(t, to)
		}
		if len(want) < 1_000 {
			t.Fatalf("only %d characters", len(want))
		}
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if got := c.of(r); got != mapping(want, r) {
				t.Errorf("%U: %U", r, got)
			}
		}
	}
}

func runeOf(t *testing.T, hex string) rune {
	t.Helper()
	number, err := strconv.ParseInt(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return rune(number)
}
