package gotpl

import (
	"reflect"
	"strings"
	"unsafe"
)

// known is what a render has found out about long texts, long lists and maps. A template may ask the same a hundred thousand times, and
// questions that cost no steps must not cost a walk through the value each time. The data are finite, what is made costs steps, and of lists
// there is a bound, so this cannot grow large.
type known struct {
	trimmed map[textKey]string
	joined  map[joinKey][]any
	// How many items joined was made of.
	joinedFrom int
	longest    map[uintptr]int
	sorted     map[uintptr][]string
	entries    map[entryKey]any
}

// textKey is a text by its place in memory: texts are never changed.
type textKey struct {
	start *byte
	bytes int
}

type joinKey struct {
	start       *any
	items       int
	isSeparated bool
}

type entryKey struct {
	dict uintptr
	key  textKey
}

const (
	// Shorter ones are walked through each time.
	longText = 1 << 10
	longList = 64
	// Beyond so many items of lists all are forgotten: a template can make many parts of a list, each for few steps.
	mostItems = 1 << 20
	// A map needs the hash of a key, so all of it.
	longKey = 64 << 10
	// Sorting more keys takes longer than looking them up.
	manyKeys = 16
)

func keyOf(text string) textKey { return textKey{unsafe.StringData(text), len(text)} }

// remembered gives what is known for a key, or finds it out.
func remembered[K comparable, V any](known *map[K]V, key K, find func() V) V {
	value, isKnown := (*known)[key]
	if !isKnown {
		value = find()
		if *known == nil {
			*known = map[K]V{}
		}
		(*known)[key] = value
	}
	return value
}

// trimSpace gives a text without the space around it.
func (r *run) trimSpace(text string) string {
	if len(text) <= longText {
		return strings.TrimSpace(text)
	}
	return remembered(&r.known.trimmed, keyOf(text), func() string { return strings.TrimSpace(text) })
}

// joinedItems are those of a list that join prints: those that are not nil, and without a separator those that are not empty texts.
func (r *run) joinedItems(list []any, isSeparated bool) []any {
	find := func() (made []any) {
		for _, item := range list {
			if !isMissing(item) && (isSeparated || item != "") {
				made = append(made, item)
			}
		}
		return made
	}
	if len(list) <= longList {
		return find()
	}
	key := joinKey{&list[0], len(list), isSeparated}
	if _, isKnown := r.known.joined[key]; !isKnown {
		if r.known.joinedFrom += len(list); r.known.joinedFrom > mostItems {
			clear(r.known.joined)
			r.known.joinedFrom = len(list)
		}
	}
	return remembered(&r.known.joined, key, find)
}

// sortedKeys sorts those of a large map once. A loop that it ends early costs one step for each key, but sorting takes more.
func (r *run) sortedKeys(dict map[string]any) []string {
	if len(dict) <= manyKeys {
		return sortedKeys(dict)
	}
	return remembered(&r.known.sorted, reflect.ValueOf(dict).Pointer(), func() []string { return sortedKeys(dict) })
}

// entry looks up a key. In most maps there is none that is long.
func (r *run) entry(dict map[string]any, key string) (any, bool) {
	if len(key) <= longKey {
		value, ok := dict[key]
		return value, ok
	}
	pointer := reflect.ValueOf(dict).Pointer()
	longest := remembered(&r.known.longest, pointer, func() (longest int) {
		for each := range dict {
			longest = max(longest, len(each))
		}
		return longest
	})
	if len(key) > longest {
		return nil, false
	}
	value := remembered(&r.known.entries, entryKey{pointer, keyOf(key)}, func() any {
		if value, ok := dict[key]; ok {
			return value
		}
		return absent
	})
	return value, value != absent
}
