// Package contract judges variables by the input schema of a version, as px0 does itself: what is missing, unknown or invalid, and in which
// words. The schema has been checked by px0, which bounds it: it is at most 16 deep. Variables and schema are what encoding/json decodes,
// numbers as float64.
package contract

import (
	"slices"
	"strconv"
	"strings"
)

// Judge is a compiled schema. It may be used by several goroutines.
type Judge struct{ root *node }

// Compile makes the judge of a schema.
func Compile(schema map[string]any) *Judge { return &Judge{compile(schema, true)} }

// Judge gives nil for variables that keep to the contract. Only where an absent key is an error of the render, `demands`, can one be missing.
func (j *Judge) Judge(variables map[string]any, demands bool) *Violation {
	// Most variables are right: only of others all that is wrong is looked for.
	if j.root.accepts(variables, demands) {
		return nil
	}
	found := &findings{demands: demands}
	found.look(j.root, variables, nil)
	return found.violation()
}

// node is a place in a schema.
type node struct {
	checks []check
	// Those that are only required among them.
	properties []property
	// Those of `properties`; nil where the schema says nothing of them.
	names    map[string]any
	isClosed bool
	items    *node
	// Its keys are the first of their paths.
	isRoot bool
	// It accepts whatever there is.
	isOpenToAll bool
}

type property struct {
	key, step  string
	isRequired bool
	node       *node
}

func compile(schema map[string]any, isRoot bool) *node {
	made := &node{checks: checksOf(schema), isClosed: schema["additionalProperties"] == false, isRoot: isRoot}
	made.names, _ = schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	add := func(key string, below any) {
		schema, _ := below.(map[string]any)
		made.properties = append(made.properties, property{key, step(key, isRoot), slices.Contains(required, any(key)), compile(schema, false)})
	}
	for key, below := range made.names {
		add(key, below)
	}
	for _, each := range required {
		key, _ := each.(string)
		if _, isNamed := made.names[key]; !isNamed {
			add(key, nil)
		}
	}
	if items, has := schema["items"].(map[string]any); has {
		made.items = compile(items, false)
	}
	made.isOpenToAll = len(made.checks) == 0 && len(made.properties) == 0 && !made.isClosed && (made.items == nil || made.items.isOpenToAll)
	return made
}

func (n *node) accepts(value any, demands bool) bool {
	for _, check := range n.checks {
		if !check.accepts(value) {
			return false
		}
	}
	switch value := value.(type) {
	case map[string]any:
		for i := range n.properties {
			each := &n.properties[i]
			if below, isGiven := value[each.key]; isGiven {
				if !each.node.isOpenToAll && !each.node.accepts(below, demands) {
					return false
				}
			} else if each.isRequired && demands {
				return false
			}
		}
		return !n.isClosed || len(n.unknown(value)) == 0
	case []any:
		if n.items == nil || n.items.isOpenToAll {
			return true
		}
		for _, item := range value {
			if !n.items.accepts(item, demands) {
				return false
			}
		}
	}
	return true
}

// unknown gives the keys that are no properties, in no order.
func (n *node) unknown(value map[string]any) (keys []string) {
	for key := range value {
		if _, isNamed := n.names[key]; !isNamed {
			keys = append(keys, key)
		}
	}
	return keys
}

// place is where a value stands; its path is written only where something is found.
type place struct {
	above *place
	step  string
}

func (p *place) path() string {
	var steps []string
	for ; p != nil; p = p.above {
		steps = append(steps, p.step)
	}
	if len(steps) == 0 {
		return "variables"
	}
	slices.Reverse(steps)
	return strings.Join(steps, "")
}

// look finds what is wrong in a value, as deep as the schema.
func (f *findings) look(n *node, value any, at *place) {
	for _, check := range n.checks {
		if !check.accepts(value) {
			// What is wrong as a whole is told once, and not looked into.
			f.kinds[invalid].add(at, found{must: check.phrase})
			return
		}
	}
	switch value := value.(type) {
	case map[string]any:
		f.lookIntoObject(n, value, at)
	case []any:
		if n.items != nil && !n.items.isOpenToAll {
			f.inOrder(len(value), func(index int) {
				f.look(n.items, value[index], &place{at, "[" + strconv.Itoa(index) + "]"})
			})
		}
	}
}

func (f *findings) lookIntoObject(n *node, value map[string]any, at *place) {
	var others []string
	for i := range n.properties {
		each := &n.properties[i]
		if below, isGiven := value[each.key]; isGiven {
			f.look(each.node, below, &place{at, each.step})
		} else if each.isRequired && f.demands {
			if others == nil {
				others = n.others(value)
			}
			f.kinds[missing].add(&place{at, each.step}, found{key: each.key, candidates: others})
		}
	}
	if !n.isClosed {
		return
	}
	unknownKeys := n.unknown(value)
	var notGiven []string
	for key := range n.names {
		if _, isGiven := value[key]; !isGiven {
			notGiven = append(notGiven, key)
		}
	}
	steps := make(map[string]string, len(unknownKeys))
	for _, key := range unknownKeys {
		steps[key] = step(key, n.isRoot)
	}
	slices.SortFunc(unknownKeys, func(a, b string) int { return strings.Compare(steps[a], steps[b]) })
	for i, key := range unknownKeys {
		if i == mostKept {
			f.kinds[unknown].total += len(unknownKeys) - mostKept
			break
		}
		f.kinds[unknown].add(&place{at, steps[key]}, found{key: key, candidates: notGiven})
	}
}

// others are the keys that the schema does not name, be it only as required. Never nil.
func (n *node) others(value map[string]any) []string {
	known := make(map[string]bool, len(n.properties))
	for i := range n.properties {
		known[n.properties[i].key] = true
	}
	keys := []string{}
	for key := range value {
		if !known[key] {
			keys = append(keys, key)
		}
	}
	return keys
}
