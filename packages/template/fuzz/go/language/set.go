package language

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"
)

// Text is one of several templates that see each other's definitions.
type Text struct{ Name, Text string }

// Set holds templates that were parsed one by one.
type Set struct {
	root *template.Template
	look lookUps
}

// Associate parses each text on its own and puts the trees of all together. The first one has names of its own, which the others may neither
// define nor call; apart from it, a name is defined in one text only.
func Associate(texts []Text, missingKey string) (*Set, error) {
	set := &Set{
		root: template.New("").Option("missingkey=" + missingKey).Funcs(Functions),
		look: lookUps{functions: template.FuncMap{}},
	}
	defined := map[string]bool{}
	for i, each := range texts {
		parsed, err := template.New(each.Name).Funcs(Functions).Parse(each.Text)
		if err != nil {
			return nil, err
		}
		names := map[string]*parse.Tree{}
		for _, one := range parsed.Templates() {
			names[one.Name()] = one.Tree
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			tree := names[name]
			if i > 0 && name != each.Name && (isReserved(name) || strings.HasPrefix(name, "@")) {
				return nil, fmt.Errorf("template: %s: the name %q is reserved", each.Name, name)
			}
			if defined[name] {
				return nil, fmt.Errorf("template: %s: template: multiple definition of template %q", each.Name, name)
			}
			defined[name] = true
			if called := reservedCall(tree.Root); i > 0 && called != nil {
				return nil, fmt.Errorf("template: %s:%d: the name %q is reserved", each.Name, called.Line, called.Name)
			}
			set.look.in(tree).nodes(tree.Root.Nodes)
			if _, err := set.root.AddParseTree(name, tree); err != nil {
				return nil, err
			}
		}
	}
	set.root.Funcs(set.look.functions)
	return set, nil
}

// Run executes one of the texts.
func (s *Set) Run(name string, data map[string]any) (string, error) {
	var out strings.Builder
	if err := s.root.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("%s", s.look.restore(err.Error()))
	}
	return out.String(), nil
}

var reserved = regexp.MustCompile(`^(prompt|message [0-9]+(\.[0-9]+)?)$`)

func isReserved(name string) bool {
	return reserved.MatchString(name) || !utf8.ValidString(name)
}

// reservedCall finds a call of a reserved name.
func reservedCall(list *parse.ListNode) *parse.TemplateNode {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		var found *parse.TemplateNode
		switch node := node.(type) {
		case *parse.TemplateNode:
			if isReserved(node.Name) {
				found = node
			}
		case *parse.IfNode:
			found = reservedInBranch(&node.BranchNode)
		case *parse.WithNode:
			found = reservedInBranch(&node.BranchNode)
		case *parse.RangeNode:
			found = reservedInBranch(&node.BranchNode)
		}
		if found != nil {
			return found
		}
	}
	return nil
}

func reservedInBranch(branch *parse.BranchNode) *parse.TemplateNode {
	if found := reservedCall(branch.List); found != nil {
		return found
	}
	return reservedCall(branch.ElseList)
}
