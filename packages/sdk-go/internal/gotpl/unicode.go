package gotpl

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Texts come out alike whatever the release of Go: printability and letter case are those of Unicode 15, which Go 1.21 to 1.26 know
// themselves.

// knowsTables: the standard library has the same tables.
const knowsTables = unicode.Version == tablesVersion

// isPrintable is strconv.IsPrint.
func isPrintable(r rune) bool {
	if r < 0x7f {
		return r >= ' '
	}
	if knowsTables {
		return strconv.IsPrint(r)
	}
	return printable().has(r)
}

// simpleUpper is unicode.ToUpper: one character for one, so ß stays.
func simpleUpper(r rune) rune {
	if r < 0x80 {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	if knowsTables {
		return unicode.ToUpper(r)
	}
	return mapping(upperCase(), r)
}

// Lower is unicode.ToLower as the template language knows it, for others that compare names.
func Lower(r rune) rune { return simpleLower(r) }

// simpleLower is unicode.ToLower.
func simpleLower(r rune) rune {
	if r < 0x80 {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if knowsTables {
		return unicode.ToLower(r)
	}
	return mapping(lowerCase(), r)
}

var (
	printable = sync.OnceValue(func() rangeTable { return decodeRanges(printableTable) })
	upperCase = sync.OnceValue(func() map[rune]rune { return decodeCase(upperTable) })
	lowerCase = sync.OnceValue(func() map[rune]rune { return decodeCase(lowerTable) })
)

// rangeTable has starts and exclusive ends of ranges, in turn.
type rangeTable []rune

func (t rangeTable) has(r rune) bool {
	// An odd number of bounds at or below the character: it lies inside a range.
	return sort.Search(len(t), func(i int) bool { return t[i] > r })%2 == 1
}

func decodeRanges(encoded string) rangeTable {
	var bounds rangeTable
	end := rune(0)
	for _, each := range strings.Fields(encoded) {
		distance, extra, _ := strings.Cut(each, ".")
		start := end + base36(distance)
		end = start + base36(extra) + 1
		bounds = append(bounds, start, end)
	}
	return bounds
}

func mapping(table map[rune]rune, r rune) rune {
	if mapped, ok := table[r]; ok {
		return mapped
	}
	return r
}

func decodeCase(encoded string) map[rune]rune {
	mapped := map[rune]rune{}
	end := rune(0)
	for _, each := range strings.Fields(encoded) {
		sign := strings.IndexAny(each, "+-")
		place, distance := each[:sign], base36(each[sign:])
		step := rune(1)
		if strings.Contains(place, ":") {
			step = 2
		}
		gap, extra, _ := strings.Cut(strings.Replace(place, ":", ".", 1), ".")
		r := end + base36(gap)
		for left := base36(extra); left >= 0; left-- {
			mapped[r] = r + distance
			end = r + 1
			r += step
		}
	}
	return mapped
}

// base36 reads a number of the tables, of which an empty one is 0.
func base36(text string) rune {
	number, _ := strconv.ParseInt(text, 36, 32)
	return rune(number)
}
