// Prints src/unicode/tables.ts: character classes and case mappings as this Go knows them. With an argument it prints digests of them
// all, which the test compares with what the tables say.
//
//	go run . > ../../src/unicode/tables.ts
//	go run . digests > ../../test/unicode-digests.json
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"
)

const header = `// Character classes and case mappings of Unicode %s, the version that Go 1.25 and 1.26 know: the platform's own tables differ between
// runtimes and releases, and a template must parse and print alike everywhere. Made with fuzz/unicode.
// Each range is written as the distance from the end of the one before, then a dot and its length less one, in base 36.
// In the case mappings a colon in the dot's place means every second character, and the distance to the mapped character follows.

`

// encode writes the ranges of a class; a range of one character has no length.
func encode(in func(rune) bool) string {
	var ranges []string
	end := rune(0)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !in(r) {
			continue
		}
		start := r
		for r <= unicode.MaxRune && in(r) {
			r++
		}
		text := strconv.FormatInt(int64(start-end), 36)
		if r-start > 1 {
			text += "." + strconv.FormatInt(int64(r-start-1), 36)
		}
		ranges = append(ranges, text)
		end = r
	}
	return strings.Join(ranges, " ")
}

// encodeCase writes the ranges of characters that are mapped to others at one distance.
func encodeCase(to func(rune) rune) string {
	var mapped []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if to(r) != r {
			mapped = append(mapped, r)
		}
	}
	// run counts the characters from i on that follow each other by step and are mapped at one distance.
	run := func(i int, step rune) int {
		n := 1
		for i+n < len(mapped) && mapped[i+n] == mapped[i]+rune(n)*step && to(mapped[i+n])-mapped[i+n] == to(mapped[i])-mapped[i] {
			n++
		}
		return n
	}
	var ranges []string
	end := rune(0)
	for i := 0; i < len(mapped); {
		n, separator := run(i, 1), "."
		if second := run(i, 2); second > n {
			n, separator = second, ":"
		}
		text := strconv.FormatInt(int64(mapped[i]-end), 36)
		if n > 1 {
			text += separator + strconv.FormatInt(int64(n-1), 36)
		}
		distance := strconv.FormatInt(int64(to(mapped[i])-mapped[i]), 36)
		if distance[0] != '-' {
			distance = "+" + distance
		}
		ranges = append(ranges, text+distance)
		i += n
		end = mapped[i-1] + 1
	}
	return strings.Join(ranges, " ")
}

func table(name, doc, encoded string) {
	const width = 96
	var lines []string
	for rest := encoded; rest != ""; {
		n := min(width, len(rest))
		lines = append(lines, "  '"+rest[:n]+"'")
		rest = rest[n:]
	}
	fmt.Printf("/** %s */\nexport const %s =\n%s;\n", doc, name, strings.Join(lines, " +\n"))
}

// assigned tells the characters of this version from those of later ones.
func assigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// digest hashes a number for each code point, as 32 bits in little-endian order.
func digest(of func(rune) rune) string {
	hash := sha256.New()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		binary.Write(hash, binary.LittleEndian, of(r))
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// classDigest hashes 1 for what is in the class, and 0 for what is not.
func classDigest(in func(rune) bool) string {
	return digest(func(r rune) rune {
		if in(r) {
			return 1
		}
		return 0
	})
}

func printDigests() {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	encoder.Encode(map[string]string{
		"unicode":   unicode.Version,
		"LETTERS":   classDigest(unicode.IsLetter),
		"DIGITS":    classDigest(unicode.IsDigit),
		"PRINTABLE": classDigest(strconv.IsPrint),
		"WORDS":     classDigest(inWord),
		"ASSIGNED":  classDigest(assigned),
		"UPPER":     digest(unicode.ToUpper),
		"LOWER":     digest(unicode.ToLower),
	})
}

func main() {
	if len(os.Args) > 1 {
		printDigests()
		return
	}
	fmt.Printf(header, unicode.Version)
	table("LETTERS", "`unicode.IsLetter`", encode(unicode.IsLetter))
	fmt.Println()
	table("DIGITS", "`unicode.IsDigit` (Nd)", encode(unicode.IsDigit))
	fmt.Println()
	table("PRINTABLE", "`strconv.IsPrint`", encode(strconv.IsPrint))
	fmt.Println()
	table("WORDS", "Letters, marks and numbers (L, M, N)", encode(inWord))
	fmt.Println()
	table("ASSIGNED", "Characters that this version has", encode(assigned))
	fmt.Println()
	table("UPPER", "`unicode.ToUpper`", encodeCase(unicode.ToUpper))
	fmt.Println()
	table("LOWER", "`unicode.ToLower`", encodeCase(unicode.ToLower))
}
