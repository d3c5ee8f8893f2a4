package contract

import (
	"slices"
	"strconv"
	"strings"
)

const (
	// In the sentence, of each kind.
	mostTold        = 10
	mostHeaderBytes = 2048
	// More of one kind than fit into the header, where each takes 12 bytes at least: the others are only counted.
	mostKept = 160
)

// Problem is a name that is missing or unknown, perhaps with the one that may be meant by it, or a value, and what it must be or have.
type Problem struct {
	Path  string
	Given *string
	Must  string
}

// Violation says how variables break a contract. Values are never in it.
type Violation struct {
	// What follows `invalid variables: `.
	Detail string
	// As many as the header has room for, and how many it has no room for.
	Missing, Unknown, Invalid []Problem
	More                      int
	// The same as the value of Px0-Contract.
	Header string
}

const (
	missing = iota
	unknown
	invalid
)

type findings struct {
	demands bool
	kinds   [3]kind
}

// kind is what was found of one kind: how often, and the first of it.
type kind struct {
	total      int
	kept       []found
	isCounting bool
}

// found has a phrase, or the key that is missing or unknown and the keys that may be meant by it.
type found struct {
	path, must, key string
	candidates      []string
}

func (k *kind) add(at *place, what found) {
	k.total++
	if !k.isCounting {
		what.path = at.path()
		k.kept = append(k.kept, what)
	}
}

// inOrder visits the elements of a list in the order of their paths. Once enough was kept of it, the rest is only counted.
func (f *findings) inOrder(count int, visit func(index int)) {
	before := f.kinds
	visitInOrderOfText(count, func(index int) {
		for i := range f.kinds {
			kind := &f.kinds[i]
			kind.isCounting = kind.isCounting || len(kind.kept)-len(before[i].kept) >= mostKept
		}
		visit(index)
	})
	for i := range f.kinds {
		f.kinds[i].isCounting = before[i].isCounting
	}
}

// visitInOrderOfText visits the numbers below count as their texts in brackets are ordered: [0], [10], [11], [1], since a bracket comes
// behind the digits.
func visitInOrderOfText(count int, visit func(number int)) {
	if count > 0 {
		visit(0)
	}
	var beginningWith func(number int)
	beginningWith = func(number int) {
		if number >= count {
			return
		}
		for digit := range 10 {
			beginningWith(number*10 + digit)
		}
		visit(number)
	}
	for first := 1; first <= 9; first++ {
		beginningWith(first)
	}
}

func (f *findings) violation() *Violation {
	var lists [3][]Problem
	var parts []string
	outside := 0
	for i := range f.kinds {
		kind := &f.kinds[i]
		outside += kind.total
		slices.SortFunc(kind.kept, func(a, b found) int { return strings.Compare(a.path, b.path) })
		for _, each := range kind.kept[:min(len(kind.kept), mostKept)] {
			lists[i] = append(lists[i], each.problem())
		}
		if kind.total > 0 {
			parts = append(parts, told(i, lists[i], kind.total))
		}
	}
	made := &Violation{Detail: strings.Join(parts, "; ")}
	written, outside := fitting(lists, outside)
	more := ""
	if outside > 0 {
		more = `,"more":` + strconv.Itoa(outside)
	}
	made.More = outside
	texts := [3]string{}
	for i, into := range []*[]Problem{&made.Missing, &made.Unknown, &made.Invalid} {
		*into = lists[i][:len(written[i])]
		texts[i] = strings.Join(written[i], ",")
	}
	made.Header = `{"missing":[` + texts[missing] + `],"unknown":[` + texts[unknown] + `],"invalid":[` + texts[invalid] + `]` + more + `}`
	return made
}

// fitting writes as many problems as the header has room for, from the first list on.
func fitting(lists [3][]Problem, total int) (written [3][]string, outside int) {
	outside = total
	size := len(`{"missing":[],"unknown":[],"invalid":[]}`)
	for i, list := range lists {
		for _, problem := range list {
			text := problem.text()
			size += len(text) + min(len(written[i]), 1)
			more := 0
			if outside > 1 {
				more = len(`,"more":`) + len(strconv.Itoa(outside-1))
			}
			if size+more > mostHeaderBytes {
				return written, outside
			}
			written[i] = append(written[i], text)
			outside--
		}
	}
	return written, outside
}

func (f *found) problem() Problem {
	made := Problem{Path: f.path, Must: f.must}
	if f.must == "" {
		if given, isFound := suggestion(f.key, f.candidates); isFound {
			made.Given = &given
		}
	}
	return made
}

func (p *Problem) text() string {
	text := `{"path":` + quoted(p.Path, true)
	if p.Given != nil {
		text += `,"given":` + quoted(*p.Given, true)
	}
	if p.Must != "" {
		text += `,"must":` + quoted(p.Must, true)
	}
	return text + "}"
}

func told(of int, problems []Problem, total int) string {
	var texts []string
	for _, problem := range problems[:min(len(problems), mostTold)] {
		text := problem.Path
		if problem.Given != nil {
			text += " (did you mean " + *problem.Given + "?)"
		} else if of == invalid {
			text += " must " + problem.Must
		}
		texts = append(texts, text)
	}
	separator := ", "
	if of == invalid {
		separator = "; "
	}
	list := [3]string{"missing ", "unknown ", ""}[of] + strings.Join(texts, separator)
	if total > mostTold {
		list += " and " + strconv.Itoa(total-mostTold) + " more"
	}
	return list
}
