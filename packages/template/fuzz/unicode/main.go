// Prints src/unicode-tables.ts: the character classes as this Go knows them.
//
//	go run . > ../../src/unicode-tables.ts
package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const header = `// Character classes of Unicode %s, the version that Go 1.25 and 1.26 know: the platform's own tables differ between
// runtimes and releases, and a template must parse and print alike everywhere. Made with fuzz/unicode.
// Each range is written as the distance from the end of the one before, then a dot and its length less one, in base 36.

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

func table(name, doc string, in func(rune) bool) {
	const width = 96
	var lines []string
	for rest := encode(in); rest != ""; {
		n := min(width, len(rest))
		lines = append(lines, "  '"+rest[:n]+"'")
		rest = rest[n:]
	}
	fmt.Printf("/** %s */\nexport const %s =\n%s;\n", doc, name, strings.Join(lines, " +\n"))
}

func main() {
	fmt.Printf(header, unicode.Version)
	table("LETTERS", "`unicode.IsLetter`", unicode.IsLetter)
	fmt.Println()
	table("DIGITS", "`unicode.IsDigit` (Nd)", unicode.IsDigit)
	fmt.Println()
	table("PRINTABLE", "`strconv.IsPrint`", strconv.IsPrint)
}
