package gotpl

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Stretch says where a part of a program's text comes from: it stands in the text Source of the author. All numbers count UTF-16 units.
type Stretch struct {
	Source string
	// At is where the part begins in the program, and From where it begins in the author's text.
	At, Length, From int
}

// place is a position as errors tell it: in the author's text if the position comes from one, and else in the template itself. It is linear in
// the text, for errors only.
func (t *Template) place(position int) (source string, line, column int) {
	source = templateName
	before := t.source[:position]
	if len(t.stretches) > 0 {
		at := unitsIn(before)
		for _, stretch := range slices.Backward(t.stretches) {
			// The end of a text belongs to it: that is where an empty one begins.
			if stretch.At <= at && at <= stretch.At+stretch.Length {
				source, before = stretch.Source, t.authored(stretch.Source, stretch.From+at-stretch.At)
				break
			}
		}
	}
	return source, 1 + strings.Count(before, "\n"), len(before) - (strings.LastIndexByte(before, '\n') + 1)
}

// authored is the author's text up to a place, put together from the stretches that come from it. What px0 has exchanged between two of them
// becomes spaces.
func (t *Template) authored(source string, end int) string {
	isOther := func(s Stretch) bool { return s.Source != source || s.From >= end }
	stretches := slices.DeleteFunc(slices.Clone(t.stretches), isOther)
	var bounds []int
	for _, s := range stretches {
		bounds = append(bounds, s.At, s.At+min(s.Length, end-s.From))
	}
	bytesAt := t.bytesAt(bounds)
	slices.SortStableFunc(stretches, func(a, b Stretch) int { return cmp.Compare(a.From, b.From) })
	var made strings.Builder
	units := 0
	for _, s := range stretches {
		length := min(s.Length, end-s.From)
		made.WriteString(strings.Repeat(" ", max(0, s.From-units)))
		made.WriteString(t.source[bytesAt[s.At]:bytesAt[s.At+length]])
		units = max(units, s.From) + length
	}
	return made.String()
}

// bytesAt tells at which byte each of these UTF-16 units begins; those behind the end of the text at its end.
func (t *Template) bytesAt(units []int) map[int]int {
	slices.Sort(units)
	found := make(map[int]int, len(units))
	at, unit := 0, 0
	for _, wanted := range units {
		for unit < wanted && at < len(t.source) {
			r, size := utf8.DecodeRuneInString(t.source[at:])
			at += size
			unit += utf16.RuneLen(r)
		}
		found[wanted] = at
	}
	return found
}

func unitsIn(text string) (units int) {
	for _, r := range text {
		units += utf16.RuneLen(r)
	}
	return units
}
