package gotpl

// local is a variable, or a dot: one slot of a template's frame.
type local struct {
	slot int
	// isConditional: declared where evaluation may not come by; until then the slot holds unset.
	isConditional bool
}

// slot holds a local's value, and whether it came out of a list or map: Go keeps such a value in an interface, which some messages name as
// its type.
type slot struct {
	value     any
	isElement bool
}

// scope knows the variables in sight while a template is planned, as Go's stack of them will be when it runs.
type scope struct {
	dot  *local
	size int
	// Above zero inside arguments that evaluation may skip.
	conditionalDepth int
	level            int
	byName           map[string][]declaration
	order            []declaration
}

type declaration struct {
	name  string
	local *local
	level int
}

func newScope() *scope { return &scope{byName: map[string][]declaration{}} }

func (s *scope) newLocal() *local {
	made := &local{slot: s.size, isConditional: s.conditionalDepth > 0}
	s.size++
	return made
}

// declare gives a variable that is declared again before its scope ends its old slot: the older one is out of sight, and where the newer
// declaration is skipped the slot still holds the older value, as it has to.
func (s *scope) declare(name string) *local {
	known := s.byName[name]
	if len(known) > 0 && known[len(known)-1].level == s.level {
		return known[len(known)-1].local
	}
	made := declaration{name, s.newLocal(), s.level}
	s.byName[name] = append(known, made)
	s.order = append(s.order, made)
	return made.local
}

// find gives what the name may mean, newest first, up to the first that is certain to be set.
func (s *scope) find(name string) []*local {
	known := s.byName[name]
	var found []*local
	for i := len(known) - 1; i >= 0; i-- {
		found = append(found, known[i].local)
		if !known[i].local.isConditional {
			break
		}
	}
	return found
}

// inside forgets afterwards what plan has declared.
func (s *scope) inside(plan func()) {
	start := len(s.order)
	s.level++
	plan()
	s.level--
	for _, left := range s.order[start:] {
		s.byName[left.name] = s.byName[left.name][:len(s.byName[left.name])-1]
	}
	s.order = s.order[:start]
}

// conditionally plans what evaluation may skip, and gives the locals declared there.
func (s *scope) conditionally(plan func()) []*local {
	start := len(s.order)
	s.conditionalDepth++
	plan()
	s.conditionalDepth--
	var declared []*local
	for _, each := range s.order[start:] {
		declared = append(declared, each.local)
	}
	return declared
}
