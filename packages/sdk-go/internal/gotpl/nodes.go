package gotpl

import "text/template/parse"

// nodeText is a node as error messages show it: without what is inside, with single spaces, and with literals as they were written.
func nodeText(node parse.Node) string {
	switch node := node.(type) {
	case *parse.ListNode:
		return ""
	case *parse.TextNode:
		return string(node.Text)
	case *parse.IfNode:
		return "{{if " + node.Pipe.String() + "}}"
	case *parse.WithNode:
		return "{{with " + node.Pipe.String() + "}}"
	case *parse.RangeNode:
		return "{{range " + node.Pipe.String() + "}}"
	case *parse.TemplateNode:
		text := "{{template " + quoted(node.Name)
		if node.Pipe != nil {
			text += " " + node.Pipe.String()
		}
		return text + "}}"
	}
	return node.String()
}
