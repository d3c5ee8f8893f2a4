package contract

import "github.com/px0/px0/packages/sdk-go/internal/gotpl"

// Beside more names nothing is suggested, nor for longer ones: each problem is compared with each of them.
const (
	mostCandidates = 256
	mostCharacters = 128
)

// suggestion is the candidate that is nearest to a name, and of several the first by bytes: what somebody may have meant who wrote another one.
func suggestion(name string, candidates []string) (best string, isFound bool) {
	wanted := lowered(name)
	if len(wanted) > mostCharacters || len(candidates) > mostCandidates {
		return "", false
	}
	most := 3
	if len(wanted) <= 3 {
		most = 1
	} else if len(wanted) <= 7 {
		most = 2
	}
	most = min(most, len(wanted)-1)
	for _, candidate := range candidates {
		// A character has at most four bytes.
		if len(candidate) > 4*(len(wanted)+most) {
			continue
		}
		far := distance(wanted, lowered(candidate), most)
		if far <= most && (!isFound || far < most || candidate < best) {
			best, isFound, most = candidate, true, far
		}
	}
	return best, isFound
}

func lowered(text string) []rune {
	runes := []rune(text)
	for i, r := range runes {
		runes[i] = gotpl.Lower(r)
	}
	return runes
}

// distance is that of optimal string alignment: how many characters are inserted, deleted, replaced or swapped with their neighbours, none of
// them twice. Beyond most it is most+1: so only a band of the table is needed, which reaches most to both sides.
func distance(from, to []rune, most int) int {
	beyond := most + 1
	if most < 0 || len(from)-len(to) > most || len(to)-len(from) > most {
		return beyond
	}
	var lines [3][]int
	for i := range lines {
		lines[i] = make([]int, len(to)+1)
		for column := range lines[i] {
			lines[i][column] = beyond
			if i == 1 {
				lines[i][column] = min(column, beyond)
			}
		}
	}
	twoAbove, above, present := lines[0], lines[1], lines[2]
	leastAbove := 0
	for row := 1; row <= len(from); row++ {
		first := max(row-most, 1)
		present[first-1] = beyond
		if first == 1 {
			present[0] = min(row, beyond)
		}
		least := present[first-1]
		for column := first; column <= min(row+most, len(to)); column++ {
			replaced := above[column-1]
			if from[row-1] != to[column-1] {
				replaced++
			}
			far := min(above[column]+1, present[column-1]+1, replaced, beyond)
			if row > 1 && column > 1 && from[row-1] == to[column-2] && from[row-2] == to[column-1] {
				far = min(far, twoAbove[column-2]+1)
			}
			present[column] = far
			least = min(least, far)
		}
		// A swap reaches over one line.
		if least > most && leastAbove > most {
			return beyond
		}
		twoAbove, above, present, leastAbove = above, present, twoAbove, least
	}
	return above[len(to)]
}
